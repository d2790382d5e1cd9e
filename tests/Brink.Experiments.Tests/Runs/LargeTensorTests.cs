using Brink.Torch;
using Brink.Torch.Serialization;

namespace Brink.Experiments.Tests.Runs;

/// <summary>A checkpoint holds tensors of any size: what no array of .NET could hold is stored in parts.</summary>
public sealed class LargeTensorTests
{
    [Theory]
    [InlineData(5, 3, 1, 5)]
    [InlineData(5, 3, 48, 3)]
    [InlineData(5, 3, 72, 2)]
    [InlineData(5, 3, 120, 1)]
    [InlineData(1, 3, 8, 1)]
    [InlineData(23, 1, 16, 12)]
    public void Parts_of_whole_rows_come_back_as_one(long rows, long columns, long mostBytes, int parts)
    {
        using var scope = new TensorScope();
        double[] numbers = [.. Enumerable.Range(0, (int)(rows * columns)).Select(n => Math.Sqrt(n))];
        Tensor tensor = Tensor.From(numbers, rows, columns);
        SafeTensor[] entries = [.. WeightFile.ToEntries("brink.sharpness.vectors", tensor, mostBytes)];

        Assert.Equal(parts, entries.Length);
        Assert.Equal(parts, entries.Select(entry => entry.Name).Distinct().Count());
        Tensor back = WeightFile.ToTensors(entries.OrderBy(entry => entry.Name))["brink.sharpness.vectors"];
        Assert.Equal([rows, columns], back.Shape);
        Assert.Equal(numbers, back.ToArray<double>());
    }

    [Fact]
    public void What_has_no_rows_stays_whole()
    {
        using var scope = new TensorScope();
        Assert.Equal("v", Assert.Single(WeightFile.ToEntries("v", Tensor.From([1.0, 2, 3]), mostBytes: 8)).Name);
    }
}
