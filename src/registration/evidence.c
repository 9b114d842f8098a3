#include <lambdascope/evidence.h>

#include <json-glib/json-glib.h>
#include <lambdascope/error.h>
#include <lambdascope/json_member.h>
#include <math.h>
#include <string.h>

#define KIND    "lambdascope preset"
#define VERSION 1

void lam_evidence_free(LamEvidence *preset)
{
    if (preset == NULL)
        return;
    char *strings[] = {preset->name, preset->task, preset->model, preset->model_sha256,
                       preset->made};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    for (int i = 0; i < preset->n_structures; i++)
        g_free(preset->structures[i].name);
    g_free(preset->structures);
    g_free(preset->lambda);
    g_free(preset->dice);
    g_free(preset);
}

/* ---- writing ---- */

static void put_string(JsonBuilder *json, const char *name, const char *value)
{
    if (value == NULL)
        return;
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, value);
}

static void put_number(JsonBuilder *json, const char *name, double value)
{
    json_builder_set_member_name(json, name);
    if (isfinite(value))
        json_builder_add_double_value(json, value);
    else
        json_builder_add_null_value(json);
}

static void put_integer(JsonBuilder *json, const char *name, int value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_int_value(json, value);
}

static void put_optimum(JsonBuilder *json, const LamOptimum *o)
{
    put_number(json, "lambda", o->lambda);
    put_number(json, "from", o->from);
    put_number(json, "to", o->to);
    put_number(json, "dice", o->dice);
}

static void put_structures(JsonBuilder *json, const LamEvidence *preset)
{
    json_builder_set_member_name(json, "structures");
    json_builder_begin_array(json);
    for (int i = 0; i < preset->n_structures; i++) {
        json_builder_begin_object(json);
        put_integer(json, "label", preset->structures[i].label);
        put_string(json, "name", preset->structures[i].name);
        put_optimum(json, &preset->structures[i].optimum);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void put_curve(JsonBuilder *json, const LamEvidence *preset)
{
    json_builder_set_member_name(json, "curve");
    json_builder_begin_array(json);
    for (int i = 0; i < preset->n_points; i++) {
        json_builder_begin_object(json);
        put_number(json, "lambda", preset->lambda[i]);
        put_number(json, "dice", preset->dice[i]);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

bool lam_evidence_save(const LamEvidence *preset, const char *path, GError **error)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    put_string(json, "kind", KIND);
    put_integer(json, "version", VERSION);
    put_string(json, "name", preset->name);
    put_string(json, "task", preset->task);
    put_string(json, "model", preset->model);
    put_string(json, "model_sha256", preset->model_sha256);
    put_string(json, "made", preset->made);
    put_integer(json, "pairs", preset->n_pairs);
    put_integer(json, "subjects", preset->n_subjects);
    put_optimum(json, &preset->all);
    put_structures(json, preset);
    put_curve(json, preset);
    json_builder_end_object(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    g_autofree char *text = json_to_string(root, TRUE);
    g_autoptr(GError) cause = NULL;
    if (g_file_set_contents(path, text, -1, &cause))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot save preset: %s: %s", path, cause->message);
    return false;
}

/* ---- reading ---- */

static int take_integer(JsonObject *object, const char *name)
{
    double value = lam_json_number_of(object, name);
    return value >= 0 && value <= G_MAXINT ? (int)value : -1;
}

static bool is_share(double value)
{
    return value >= 0 && value <= 1;
}

static bool take_optimum(JsonObject *object, LamOptimum *out)
{
    *out = (LamOptimum){lam_json_number_of(object, "lambda"), lam_json_number_of(object, "from"),
                        lam_json_number_of(object, "to"), lam_json_number_of(object, "dice")};
    return is_share(out->lambda) && is_share(out->from) && is_share(out->to);
}

static bool take_structures(JsonObject *object, LamEvidence *preset)
{
    JsonArray *array = lam_json_array_of(object, "structures");
    if (array == NULL)
        return false;
    guint n = json_array_get_length(array);
    preset->structures = g_new0(LamEvidenceStructure, MAX(n, 1));
    for (guint i = 0; i < n; i++) {
        LamEvidenceStructure *s = &preset->structures[i];
        JsonObject *one = lam_json_object(json_array_get_element(array, i));
        if (one == NULL || !take_optimum(one, &s->optimum))
            return false;
        s->label = take_integer(one, "label");
        s->name = g_strdup(lam_json_text_of(one, "name"));
        preset->n_structures++;
        if (s->label < 0)
            return false;
    }
    return true;
}

static bool take_curve(JsonObject *object, LamEvidence *preset)
{
    JsonArray *array = lam_json_array_of(object, "curve");
    if (array == NULL)
        return false;
    guint n = json_array_get_length(array);
    preset->lambda = g_new(double, MAX(n, 1));
    preset->dice = g_new(double, MAX(n, 1));
    for (guint i = 0; i < n; i++) {
        JsonObject *one = lam_json_object(json_array_get_element(array, i));
        if (one == NULL || !is_share(lam_json_number_of(one, "lambda")))
            return false;
        preset->lambda[i] = lam_json_number_of(one, "lambda");
        preset->dice[i] = lam_json_number_of(one, "dice");
        preset->n_points++;
    }
    return true;
}

static bool take_all(JsonObject *object, LamEvidence *preset)
{
    preset->name = g_strdup(lam_json_text_of(object, "name"));
    preset->task = g_strdup(lam_json_text_of(object, "task"));
    preset->model = g_strdup(lam_json_text_of(object, "model"));
    preset->model_sha256 = g_strdup(lam_json_text_of(object, "model_sha256"));
    preset->made = g_strdup(lam_json_text_of(object, "made"));
    preset->n_pairs = take_integer(object, "pairs");
    preset->n_subjects = take_integer(object, "subjects");
    return preset->name != NULL && preset->model != NULL && preset->n_pairs >= 0 &&
           preset->n_subjects >= 0 && take_optimum(object, &preset->all) &&
           take_structures(object, preset) && take_curve(object, preset);
}

static LamEvidence *refuse(const char *path, LamError code, const char *why, GError **error)
{
    g_set_error(error, LAM_ERROR, code, "cannot load preset: %s: %s", path, why);
    return NULL;
}

LamEvidence *lam_evidence_load(const char *path, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autofree char *text = NULL;
    g_autoptr(JsonParser) parser = json_parser_new();
    if (!g_file_get_contents(path, &text, NULL, &cause))
        return refuse(path, LAM_ERROR_IO, cause->message, error);
    if (!lam_json_parse(parser, text, strlen(text), &cause))
        return refuse(path, LAM_ERROR_FORMAT, cause->message, error);
    JsonObject *object = lam_json_object(json_parser_get_root(parser));
    if (g_strcmp0(lam_json_text_of(object, "kind"), KIND) != 0)
        return refuse(path, LAM_ERROR_FORMAT, "it is not a preset of Lambdascope", error);
    if (take_integer(object, "version") > VERSION)
        return refuse(path, LAM_ERROR_UNSUPPORTED, "a later version wrote it", error);
    g_autoptr(LamEvidence) preset = g_new0(LamEvidence, 1);
    if (!take_all(object, preset))
        return refuse(path, LAM_ERROR_FORMAT, "something is missing, or out of range", error);
    return g_steal_pointer(&preset);
}

/* ---- use ---- */

bool lam_evidence_check_model(const LamEvidence *preset, const char *model, const char *sha256,
                              GError **error)
{
    if (!g_str_equal(preset->model, model))
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot use preset: %s: it was made for the model %s, not for %s", preset->name,
                    preset->model, model);
    else if (sha256 != NULL && preset->model_sha256 != NULL &&
             !g_str_equal(preset->model_sha256, sha256))
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot use preset: %s: it was made for another state of the model %s",
                    preset->name, model);
    else
        return true;
    return false;
}

const LamEvidenceStructure *lam_evidence_find(const LamEvidence *preset, int label)
{
    for (int i = 0; i < preset->n_structures; i++)
        if (preset->structures[i].label == label)
            return &preset->structures[i];
    return NULL;
}

char *lam_evidence_describe(const LamEvidence *preset, const LamEvidenceStructure *structure)
{
    const LamOptimum *o = structure != NULL ? &structure->optimum : &preset->all;
    g_autofree char *number =
        structure != NULL ? g_strdup_printf("label %d", structure->label) : g_strdup(preset->name);
    const char *what = structure != NULL && structure->name != NULL ? structure->name : number;
    return g_strdup_printf("%s: λ %.2f [%.2f, %.2f], from %d pairs of %d subjects", what, o->lambda,
                           o->from, o->to, preset->n_pairs, preset->n_subjects);
}
