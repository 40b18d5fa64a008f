/* What a library that hides a process does: listings leave out the name in STANDIN_HIDES. A stand-in for the tests of
   the search for what hides; it is compiled by them and loaded into their own children alone. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static int hides(const char *name)
{
    const char *hidden = getenv("STANDIN_HIDES");
    return hidden && strcmp(name, hidden) == 0;
}

#define LISTING(name, entry)                                                                       \
    struct entry *name(DIR *dir)                                                                   \
    {                                                                                              \
        static struct entry *(*next)(DIR *);                                                       \
        struct entry *found;                                                                       \
        if (!next)                                                                                 \
            next = dlsym(RTLD_NEXT, #name);                                                        \
        do                                                                                         \
            found = next(dir);                                                                     \
        while (found && hides(found->d_name));                                                     \
        return found;                                                                              \
    }

LISTING(readdir, dirent)
LISTING(readdir64, dirent64)
