#include "beside-program.h"

#define FOLDERS 4

char *lam_beside_program(const char *ending)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = program ? g_path_get_dirname(program) : NULL;
    for (int i = 0; folder && i < FOLDERS; i++) {
        g_autofree char *path = g_build_filename(folder, ending, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&path);
        char *parent = g_path_get_dirname(folder);
        g_free(folder);
        folder = parent;
    }
    return NULL;
}
