namespace Brink.Torch.Tests;

public sealed class TensorTests
{
    [Fact]
    public void A_scope_frees_what_was_made_in_it_and_nothing_else()
    {
        Tensor kept;
        Tensor dropped;
        using (var scope = new TensorScope())
        {
            dropped = Tensor.From([1.0, 2.0]);
            kept = scope.Keep(dropped + dropped);
        }

        Assert.True(dropped.IsDisposed);
        Assert.Equal([2.0, 4.0], kept.ToArray<double>());
        kept.Dispose();
    }

    [Fact]
    public void A_tensor_that_is_where_it_should_be_is_not_copied()
    {
        using var scope = new TensorScope();
        Tensor tensor = Tensor.From([1.0, 2.0]);
        tensor.To(Device.Cpu).To(ScalarType.Float64).Fill(3);
        Assert.Equal([3.0, 3.0], tensor.ToArray<double>());
    }

    [Fact]
    public void Bytes_in_place_are_the_tensors_own_and_end_with_it()
    {
        ReadOnlyMemory<byte> bytes;
        using (var scope = new TensorScope())
        {
            Tensor tensor = Tensor.From([1.0, 2, 3, 4, 5, 6], 2, 3);
            bytes = tensor.BytesInPlace();
            Assert.Equal(tensor.ToBytes(), bytes.ToArray());
            tensor.Fill(7);
            Assert.Equal(tensor.ToBytes(), bytes.ToArray());

            Tensor turned = tensor.Transpose(0, 1);
            tensor.Select(0, 0).Fill(1);
            Assert.Equal(turned.ToBytes(), turned.BytesInPlace().ToArray());
        }

        Assert.Throws<ObjectDisposedException>(() => bytes.Span.Length);
    }

    [Fact]
    public void Failures_inside_libtorch_are_messages()
    {
        using var scope = new TensorScope();
        Tensor a = Tensor.From([1.0, 2.0, 3.0]);
        Tensor b = Tensor.From([1.0, 2.0]);
        TorchException failure = Assert.Throws<TorchException>(() => a + b);
        Assert.Contains("aten::add.Tensor", failure.Message);
        Assert.Contains("must match the size", failure.Message);
    }

    [Fact]
    public void Second_derivatives_are_those_of_the_closed_form()
    {
        using var scope = new TensorScope();
        Tensor x = Tensor.From([0.5, -1.25]);
        x.RequiresGrad = true;
        Tensor y = x.Power(3).Sum();
        Tensor gradient = Autograd.Gradients([y], [x], createGraph: true)[0]!;
        Tensor v = Tensor.From([2.0, 3.0]);
        Tensor product = Autograd.Gradients([gradient], [x], [v])[0]!;
        Assert.Equal([3 * 0.25, 3 * 1.5625], gradient.Detach().ToArray<double>());
        Assert.Equal([6 * 0.5 * 2, 6 * -1.25 * 3], product.ToArray<double>());
    }
}
