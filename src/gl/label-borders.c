/* Where labels of a map meet: a bit for each cell, the cube between eight voxels. */
#include "gl-private.h"

#define WORD 64

static size_t words_of_row(const int size[3])
{
    return ((size_t)size[0] + WORD - 1) / WORD;
}

static size_t row_of(const int size[3], int j, int k)
{
    return (size_t)k * (size_t)size[1] + (size_t)j;
}

/* Cells between four rows of pairs of voxels. */
static void mark_row(const guint32 *const rows[4], int n, guint64 *out)
{
    for (int i = 0; i < n; i++) {
        guint32 pair = rows[0][i];
        bool alike = (pair & LAM_TEXELS_NUMBER) == pair >> 16;
        for (int r = 1; r < 4; r++)
            alike = alike && rows[r][i] == pair;
        if (!alike)
            out[i / WORD] |= G_GUINT64_CONSTANT(1) << (i % WORD);
    }
}

guint64 *lam_borders_new(const guint32 *numbers, const int size[3])
{
    size_t words = words_of_row(size);
    guint64 *borders = g_try_malloc0(words * (size_t)size[1] * (size_t)size[2] * sizeof *borders);
    if (!borders)
        return NULL;
#pragma omp parallel for schedule(static)
    for (int k = 0; k < size[2]; k++)
        for (int j = 0; j < size[1]; j++) {
            int below = MIN(j + 1, size[1] - 1), behind = MIN(k + 1, size[2] - 1);
            const size_t at[4] = {row_of(size, j, k), row_of(size, below, k),
                                  row_of(size, j, behind), row_of(size, below, behind)};
            const guint32 *rows[4];
            for (int r = 0; r < 4; r++)
                rows[r] = numbers + at[r] * (size_t)size[0];
            mark_row(rows, size[0], borders + at[0] * words);
        }
    return borders;
}

/* Bits first to last of a row. */
static bool any_between(const guint64 *row, int first, int last)
{
    for (int word = first / WORD; word <= last / WORD; word++) {
        int from = MAX(first - word * WORD, 0), to = MIN(last - word * WORD, WORD - 1);
        if (row[word] & (~G_GUINT64_CONSTANT(0) << from) &
            (~G_GUINT64_CONSTANT(0) >> (WORD - 1 - to)))
            return true;
    }
    return false;
}

bool lam_borders_within(const guint64 *borders, const int size[3], const int first[3],
                        const int last[3])
{
    size_t words = words_of_row(size);
    for (int k = first[2]; k <= last[2]; k++)
        for (int j = first[1]; j <= last[1]; j++)
            if (any_between(borders + row_of(size, j, k) * words, first[0], last[0]))
                return true;
    return false;
}
