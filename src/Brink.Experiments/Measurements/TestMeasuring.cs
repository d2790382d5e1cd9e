namespace Brink.Experiments;

/// <summary>Loss and accuracy on the other split.</summary>
internal sealed class TestMeasuring(Specification specification) : RunMeasurement
{
    internal override int Every => specification.TestEvery;

    internal override MetricsLine Measure(MeasuredPoint point, MetricsLine line) =>
        point.Problem.Test(point.At, point.Note) is { } test
            ? line with { TestLoss = test.Loss, TestAccuracy = test.Accuracy }
            : line;
}
