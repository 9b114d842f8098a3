#include "qc-keys.h"

typedef struct {
    guint key;
    const char *action;
    const char *text; /* parameter; NULL: the number */
    int number;       /* likewise; 0: none */
} Binding;

static const Binding bindings[] = {
    {GDK_KEY_1, "rate", "pass", 0},      {GDK_KEY_2, "rate", "borderline", 0},
    {GDK_KEY_3, "rate", "fail", 0},      {GDK_KEY_0, "rate", "none", 0},
    {GDK_KEY_KP_1, "rate", "pass", 0},   {GDK_KEY_KP_2, "rate", "borderline", 0},
    {GDK_KEY_KP_3, "rate", "fail", 0},   {GDK_KEY_KP_0, "rate", "none", 0},
    {GDK_KEY_Right, "step", NULL, 1},    {GDK_KEY_Left, "step", NULL, -1},
    {GDK_KEY_n, "step", NULL, 1},        {GDK_KEY_p, "step", NULL, -1},
    {GDK_KEY_Down, "view", NULL, 1},     {GDK_KEY_Up, "view", NULL, -1},
    {GDK_KEY_u, "undo", NULL, 0},        {GDK_KEY_g, "unrated", NULL, 0},
    {GDK_KEY_o, "open-report", NULL, 0},
};

const char *lam_qc_key_action(guint key, GVariant **value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bindings); i++) {
        const Binding *b = &bindings[i];
        if (b->key != gdk_keyval_to_lower(key))
            continue;
        *value = b->text     ? g_variant_new_string(b->text)
                 : b->number ? g_variant_new_int32(b->number)
                             : NULL;
        return b->action;
    }
    return NULL;
}
