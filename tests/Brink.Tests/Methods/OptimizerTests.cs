using Brink.Methods;

namespace Brink.Tests.Methods;

/// <summary>
/// The library optimisers against PyTorch's. The numbers are weights after steps 1, 2 and 6 from:
/// <code>
/// import torch
/// A = torch.tensor([[4., 1., .5], [1., 3., -.5], [.5, -.5, 2.]], dtype=torch.float64)
/// w = torch.tensor([1., -2., .5], dtype=torch.float64, requires_grad=True)
/// o = torch.optim.SGD([w], lr=0.1)   # or the optimiser that stands beside the numbers
/// for k in range(6):
///     o.zero_grad(); (0.5 * w @ A @ w).backward(); o.step(); print([repr(float(x)) for x in w])
/// </code>
/// </summary>
public sealed class OptimizerTests
{
    [Fact] // torch.optim.SGD([w], lr=0.1)
    public void Sgd_is_pytorchs() => Compare(
        new StochasticGradientDescent(0.1),
        [0.775, -1.4749999999999999, 0.25],
        [0.6, -1.0975, 0.0875],
        [0.22338406249999998, -0.36767806249999996, -0.12635003125]);

    [Fact] // torch.optim.SGD([w], lr=0.1, momentum=0.9)
    public void Sgd_with_momentum_is_pytorchs() => Compare(
        new StochasticGradientDescent(0.1, momentum: 0.9),
        [0.775, -1.4749999999999999, 0.25],
        [0.39749999999999996, -0.6249999999999998, -0.1375],
        [-0.6999743125000002, 1.274602, -0.44955128125]);

    [Fact] // torch.optim.SGD([w], lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.01)
    public void Sgd_with_dampening_and_decay_is_pytorchs() => Compare(
        new StochasticGradientDescent(0.1, momentum: 0.9, dampening: 0.3, weightDecay: 0.01),
        [0.774, -1.473, 0.2495],
        [0.44771570000000005, -0.7337864000000001, -0.08969965],
        [-0.6648325238786574, 1.3428476362357729, -0.670663391806308]);

    [Fact] // torch.optim.SGD([w], lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)
    public void Sgd_with_nesterov_momentum_is_pytorchs() => Compare(
        new StochasticGradientDescent(0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01),
        [0.5706, -0.9986999999999999, 0.024049999999999967],
        [0.14026811, -0.10680271999999999, -0.33712319500000004],
        [-0.3063858076850466, 0.49965141098897065, 0.030735268958509938]);

    [Fact] // torch.optim.RMSprop([w], lr=0.05, alpha=0.9, eps=1e-6, weight_decay=0.01)
    public void Rmsprop_is_pytorchs() => Compare(
        new RmsProp(0.05, smoothing: 0.9, epsilon: 1e-6, weightDecay: 0.01),
        [0.8418863382302095, -1.8418862118681845, 0.3418863165921274],
        [0.7434728370999804, -1.7315236310800155, 0.23921733119495087],
        [0.5197593592849851, -1.4284230301645855, -0.009690211648395043]);

    [Fact] // torch.optim.Adam([w], lr=0.1, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.01)
    public void Adam_is_pytorchs() => Compare(
        new Adam(0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.01),
        [0.900000044247768, -1.9000000189753286, 0.40000003992014377],
        [0.8010725291051297, -1.8002383710426118, 0.3007503859183913],
        [0.4409778674020385, -1.4072360767829373, -0.07341083666607379]);

    [Fact]
    public void A_decay_of_zero_is_allowed_and_forgets_everything()
    {
        // Without memory Adam and RMSprop are g/|g| but for ε.
        var form = Quadratic.Diagonal(3, 5);
        using var adam = new Adam(0.1, beta1: 0, beta2: 0, epsilon: 1e-12);
        using var rmsprop = new RmsProp(0.1, smoothing: 0, epsilon: 1e-12);
        foreach (Method method in (Method[])[adam, rmsprop])
        {
            Taken taken = Trajectory.Run(method, new ClosedFormObjective(form, 2), [1, -1], 3)[^1];
            Assert.Equal([0.7, -0.7], taken.To, (a, b) => Math.Abs(a - b) < 1e-10);
        }
    }

    private static void Compare(Method method, params double[][] points)
    {
        using (method)
        {
            var form = new Quadratic(new[,] { { 4.0, 1, 0.5 }, { 1, 3, -0.5 }, { 0.5, -0.5, 2 } });
            List<Taken> taken = Trajectory.Run(method, new ClosedFormObjective(form, 3), [1, -2, 0.5], 6);
            foreach ((double[] expected, int step) in points.Zip((int[])[0, 1, 5]))
            {
                Assert.Equal(expected, taken[step].To, (a, b) => Math.Abs(a - b) <= 1e-13);
            }
        }
    }
}
