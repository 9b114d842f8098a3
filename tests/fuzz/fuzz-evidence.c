/* Evidence on λ. */
#include "fuzz.h"

#include <lambdascope/evidence.h>

bool fuzz_file(const char *path, GError **error)
{
    g_autoptr(LamEvidence) evidence = lam_evidence_load(path, error);
    if (evidence == NULL)
        return false;
    g_autofree char *line = lam_evidence_describe(evidence, NULL);
    return true;
}
