#pragma once

/* `lam render`: returns the exit status (0, 1 = failed, 2 = wrong usage). argv[0] is the command. */
int lam_cli_render(int argc, char **argv);
