/* Feeds each file of the given folder to a target: the corpus as an ordinary test. */
#include "fuzz.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    int count = 0;
    GDir *dir = argc == 2 ? g_dir_open(argv[1], 0, NULL) : NULL;
    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL; count++) {
        g_autofree char *path = g_build_filename(argv[1], name, NULL);
        g_autofree char *data = NULL;
        gsize size;
        g_assert_true(g_file_get_contents(path, &data, &size, NULL));
        LLVMFuzzerTestOneInput((const uint8_t *)data, size);
    }
    if (dir != NULL)
        g_dir_close(dir);
    printf("%d files\n", count);
    return count > 0 ? 0 : 1;
}
