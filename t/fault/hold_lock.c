/*
 * hold_lock DIR MS [read]: holds the write lock of the LMDB environment in
 * DIR for MS milliseconds, changing nothing, or with "read" a read
 * transaction, as a slow reader would.  Prints "held" once it has it.
 */

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>


static int
fail(const char *what, int rc)
{
    fprintf(stderr, "hold_lock: %s: %s\n", what, mdb_strerror(rc));
    return 1;
}


int
main(int argc, char **argv)
{
    int               rc;
    long              ms;
    MDB_env          *env;
    MDB_txn          *txn;
    struct timespec   pause;

    if (argc < 3 || argc > 4 || (argc == 4 && strcmp(argv[3], "read") != 0)) {
        fprintf(stderr, "usage: hold_lock DIR MS [read]\n");
        return 2;
    }

    ms = strtol(argv[2], NULL, 10);
    pause.tv_sec = ms / 1000;
    pause.tv_nsec = ms % 1000 * 1000000;

    rc = mdb_env_create(&env);
    if (rc != 0) {
        return fail("create", rc);
    }

    rc = mdb_env_open(env, argv[1], MDB_NOTLS, 0600);
    if (rc != 0) {
        return fail("open", rc);
    }

    rc = mdb_txn_begin(env, NULL, argc == 4 ? MDB_RDONLY : 0, &txn);
    if (rc != 0) {
        return fail("begin", rc);
    }

    printf("held\n");
    fflush(stdout);

    nanosleep(&pause, NULL);

    mdb_txn_abort(txn);
    mdb_env_close(env);

    return 0;
}
