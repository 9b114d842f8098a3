/* What the phantom's labels are called. */
#include <lambdascope/phantom.h>

static const struct {
    int label;
    const char *name;
} midline[] = {
    {4, "3rd ventricle"},
    {11, "4th ventricle"},
    {35, "Brain stem"},
};

static const struct {
    int label_right, label_left;
    const char *name;
} sides[] = {
    {23, 30, "accumbens area"},
    {31, 32, "amygdala"},
    {36, 37, "caudate"},
    {38, 39, "cerebellum exterior"},
    {40, 41, "cerebellum white matter"},
    {44, 45, "cerebral white matter"},
    {47, 48, "hippocampus"},
    {49, 50, "inferior lateral ventricle"},
    {51, 52, "lateral ventricle"},
    {55, 56, "pallidum"},
    {57, 58, "putamen"},
    {59, 60, "thalamus"},
    {61, 62, "ventral diencephalon"},
    {100, 101, "anterior cingulate gyrus"},
    {102, 103, "anterior insula"},
    {104, 105, "anterior orbital gyrus"},
    {106, 107, "angular gyrus"},
    {108, 109, "calcarine cortex"},
    {112, 113, "central operculum"},
    {114, 115, "cuneus"},
    {116, 117, "entorhinal area"},
    {118, 119, "frontal operculum"},
    {120, 121, "frontal pole"},
    {122, 123, "fusiform gyrus"},
    {124, 125, "gyrus rectus"},
    {128, 129, "inferior occipital gyrus"},
    {132, 133, "inferior temporal gyrus"},
    {134, 135, "lingual gyrus"},
    {136, 137, "lateral orbital gyrus"},
    {138, 139, "middle cingulate gyrus"},
    {140, 141, "medial frontal cortex"},
    {142, 143, "middle frontal gyrus"},
    {144, 145, "middle occipital gyrus"},
    {146, 147, "medial orbital gyrus"},
    {148, 149, "postcentral gyrus, medial part"},
    {150, 151, "precentral gyrus, medial part"},
    {152, 153, "superior frontal gyrus, medial part"},
    {154, 155, "middle temporal gyrus"},
    {156, 157, "occipital pole"},
    {160, 161, "occipital fusiform gyrus"},
    {162, 163, "inferior frontal gyrus, opercular part"},
    {166, 167, "posterior cingulate gyrus"},
    {168, 169, "precuneus"},
    {170, 171, "parahippocampal gyrus"},
    {172, 173, "posterior insula"},
    {174, 175, "parietal operculum"},
    {176, 177, "postcentral gyrus"},
    {178, 179, "posterior orbital gyrus"},
    {182, 183, "precentral gyrus"},
    {184, 185, "planum temporale"},
    {190, 191, "superior frontal gyrus"},
    {192, 193, "supplementary motor cortex"},
    {194, 195, "supramarginal gyrus"},
    {196, 197, "superior occipital gyrus"},
    {198, 199, "superior parietal lobule"},
    {200, 201, "superior temporal gyrus"},
    {202, 203, "temporal pole"},
    {204, 205, "inferior frontal gyrus, triangular part"},
};

LamLabelNames *lam_phantom_label_names(void)
{
    LamLabelNames *names = lam_label_names_new();
    for (size_t i = 0; i < G_N_ELEMENTS(midline); i++)
        lam_label_names_add(names, midline[i].label, midline[i].name);
    for (size_t i = 0; i < G_N_ELEMENTS(sides); i++) {
        g_autofree char *right = g_strconcat("Right ", sides[i].name, NULL);
        g_autofree char *left = g_strconcat("Left ", sides[i].name, NULL);
        lam_label_names_add(names, sides[i].label_right, right);
        lam_label_names_add(names, sides[i].label_left, left);
    }
    return names;
}
