/*
 * What holds for every input of a fuzzer: said and ended with if it does not.
 */

#ifndef MUST_H
#define MUST_H


#include <stdio.h>
#include <stdlib.h>


#define must(condition)                                                       \
    do {                                                                      \
        if (!(condition)) {                                                   \
            fprintf(stderr, "%s:%d: " #condition "\n", __FILE__, __LINE__);   \
            abort();                                                          \
        }                                                                     \
    } while (0)


#endif /* MUST_H */
