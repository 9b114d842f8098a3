#include <lambdascope/model.h>
#include <string.h>

char *lam_model_stem(const char *path)
{
    bool ends = g_str_has_suffix(path, LAM_MODEL_ENDING);
    return g_strndup(path, strlen(path) - (ends ? strlen(LAM_MODEL_ENDING) : 0));
}
