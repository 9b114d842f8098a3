/* People for the template of template-fixture.h, on disk: its own picture and labels, as heads of other sizes in
 * other places. */
#pragma once

#include <lambdascope/model.h>

typedef struct {
    const char *name; /* NAME_t1.nii and NAME_labels.nii */
    double age;
    char sex;
    double scale; /* of lengths, against the template */
} TemplatePerson;

/* A new folder, named after `name`, with the model of template-fixture.h (seeded, with age and sex) as *model and
 * these people. Free both with g_free. */
char *template_people_folder(const char *name, const TemplatePerson *people, int n, char **model);

/* Writes scans and label maps of n people into the folder, and subjects.csv with the columns id, age and sex. */
void template_people_write(LamModel *model, const char *folder, const TemplatePerson *people,
                           int n);
