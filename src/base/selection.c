#include <lambdascope/selection.h>

#include <string.h>

#define DIGITS_MAX 8

/* Cuts "#N" off the end of text. */
static gboolean cut_number(char *text, int *number)
{
    char *hash = strrchr(text, '#');
    if (hash == NULL || hash == text)
        return FALSE;
    size_t digits = strspn(hash + 1, "0123456789");
    if (digits == 0 || digits > DIGITS_MAX || hash[1 + digits] != '\0')
        return FALSE;
    *number = (int)g_ascii_strtoll(hash + 1, NULL, 10);
    *hash = '\0';
    return TRUE;
}

void lam_selection_parse(const char *text, LamSelection *selection)
{
    g_autofree char *rest = g_strdup(text);
    int last = 0, first = 0, count = 0;
    if (!g_file_test(rest, G_FILE_TEST_EXISTS) && cut_number(rest, &last))
        count = 1;
    if (count == 1 && !g_file_test(rest, G_FILE_TEST_EXISTS) && cut_number(rest, &first))
        count = 2;
    if (count > 0 && !g_file_test(rest, G_FILE_TEST_EXISTS))
        count = 0;
    *selection = (LamSelection){.path = g_strdup(count > 0 ? rest : text), .count = count};
    if (count == 1)
        selection->number[0] = last;
    if (count == 2) {
        selection->number[0] = first;
        selection->number[1] = last;
    }
}

void lam_selection_clear(LamSelection *selection)
{
    g_clear_pointer(&selection->path, g_free);
}
