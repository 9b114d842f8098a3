#include <lambdascope/lambda_scale.h>

#include <math.h>

double lam_lambda_from_position(double position)
{
    if (position <= -LAM_POSITION_STOP)
        return 0;
    if (position >= LAM_POSITION_STOP)
        return 1;
    return 1 / (1 + exp(-position));
}

double lam_lambda_to_position(double lambda)
{
    if (lambda <= 0)
        return -LAM_POSITION_END;
    if (lambda >= 1)
        return LAM_POSITION_END;
    double position = log(lambda / (1 - lambda));
    return CLAMP(position, -LAM_POSITION_STOP, LAM_POSITION_STOP);
}

double lam_lambda_gamma(double lambda)
{
    return lambda < 1 ? lambda / (1 - lambda) : INFINITY;
}
