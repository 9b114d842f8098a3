/* Colours that stay apart with every kind of colour vision: M. Okabe and K. Ito, Color Universal Design, 2008. */
#include <lambdascope/labels.h>

static const guint8 hues[][3] = {
    {230, 159, 0}, {86, 180, 233}, {0, 158, 115},   {240, 228, 66},
    {0, 114, 178}, {213, 94, 0},   {204, 121, 167},
};

/* What is mixed in, in percent: of white, of nothing, of black. */
static const int shades[][2] = {{0, 0}, {255, 38}, {0, 30}};

void lam_label_colour(int label, guint8 rgb[3])
{
    guint number = (guint)label;
    const guint8 *hue = hues[number % G_N_ELEMENTS(hues)];
    const int *shade = shades[number / G_N_ELEMENTS(hues) % G_N_ELEMENTS(shades)];
    for (int c = 0; c < 3; c++)
        rgb[c] = (guint8)((hue[c] * (100 - shade[1]) + shade[0] * shade[1]) / 100);
}

GBytes *lam_labels_palette(const LamLabels *labels, bool (*chosen)(int label, gpointer user),
                           gpointer user)
{
    gsize bytes = 4 * ((gsize)labels->count + 1);
    guint8 *palette = g_malloc0(bytes);
    for (int i = 0; i < labels->count; i++) {
        guint8 *colour = palette + 4 * (i + 1);
        lam_label_colour(labels->label[i], colour);
        colour[3] = !chosen || chosen(labels->label[i], user) ? 255 : 0;
    }
    return g_bytes_new_take(palette, bytes);
}
