/*
 * hold_read DIR MS: holds a read transaction of the LMDB environment in DIR
 * for MS milliseconds.  Prints "held" once it has it.
 */

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>


static int
fail(const char *what, int rc)
{
    fprintf(stderr, "hold_read: %s: %s\n", what, mdb_strerror(rc));
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

    if (argc != 3) {
        fprintf(stderr, "usage: hold_read DIR MS\n");
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

    rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
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
