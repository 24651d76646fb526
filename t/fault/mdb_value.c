/*
 * mdb_value DIR DB list
 * mdb_value DIR DB put HEXKEY HEXVALUE
 *
 * Looks into a named database of the LMDB environment in DIR, or puts a value
 * there, behind the back of everybody.  `list` prints a line an entry, key
 * and value in hexadecimal.
 */

#include <lmdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define DBS_MAX  64


static int
fail(const char *what, int rc)
{
    fprintf(stderr, "mdb_value: %s: %s\n", what, mdb_strerror(rc));
    return 1;
}


static void
print(const MDB_val *v)
{
    size_t  i;

    for (i = 0; i < v->mv_size; i++) {
        printf("%02x", ((const unsigned char *) v->mv_data)[i]);
    }
}


static int
list(MDB_txn *txn, MDB_dbi dbi)
{
    int          rc;
    MDB_val      key, value;
    MDB_cursor  *cursor;

    rc = mdb_cursor_open(txn, dbi, &cursor);

    while (rc == 0) {
        rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);

        if (rc == 0) {
            print(&key);
            putchar(' ');
            print(&value);
            putchar('\n');
        }
    }

    mdb_txn_abort(txn);

    return rc == MDB_NOTFOUND ? 0 : fail("list", rc);
}


static MDB_val
unhex(const char *text)
{
    char     pair[3] = "";
    size_t   i;
    MDB_val  v;

    v.mv_size = strlen(text) / 2;
    v.mv_data = malloc(v.mv_size + 1);

    for (i = 0; v.mv_data != NULL && i < v.mv_size; i++) {
        memcpy(pair, text + 2 * i, 2);
        ((unsigned char *) v.mv_data)[i] = (unsigned char)
                                           strtoul(pair, NULL, 16);
    }

    return v;
}


static int
put(MDB_txn *txn, MDB_dbi dbi, const char *key_text, const char *value_text)
{
    int      rc;
    MDB_val  key = unhex(key_text), value = unhex(value_text);

    rc = mdb_put(txn, dbi, &key, &value, 0);

    if (rc == 0) {
        rc = mdb_txn_commit(txn);

    } else {
        mdb_txn_abort(txn);
    }

    return rc == 0 ? 0 : fail("put", rc);
}


int
main(int argc, char **argv)
{
    int       rc;
    bool      writes;
    MDB_env  *env;
    MDB_dbi   dbi;
    MDB_txn  *txn;

    writes = argc == 6 && strcmp(argv[3], "put") == 0;

    if (!writes && (argc != 4 || strcmp(argv[3], "list") != 0)) {
        fprintf(stderr, "usage: mdb_value DIR DB list|put KEY VALUE\n");
        return 2;
    }

    rc = mdb_env_create(&env);

    if (rc == 0) {
        rc = mdb_env_set_maxdbs(env, DBS_MAX);
    }

    if (rc == 0) {
        rc = mdb_env_open(env, argv[1], MDB_NOTLS, 0600);
    }

    if (rc == 0) {
        rc = mdb_txn_begin(env, NULL, writes ? 0 : MDB_RDONLY, &txn);
    }

    if (rc == 0) {
        rc = mdb_dbi_open(txn, argv[2], 0, &dbi);
    }

    if (rc != 0) {
        return fail(argv[1], rc);
    }

    rc = writes ? put(txn, dbi, argv[4], argv[5]) : list(txn, dbi);
    mdb_env_close(env);

    return rc;
}
