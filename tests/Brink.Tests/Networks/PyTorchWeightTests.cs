using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Brink.Networks;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Tests.Networks;

/// <summary>Start weights against PyTorch's own: SHA-256 of all parameters' bytes in order, from pytorch_weights.py beside this file.</summary>
public sealed class PyTorchWeightTests
{
    private static readonly NetworkOptions Gray = new() { Channels = 1, Height = 28, Width = 28, Classes = 10 };
    private static readonly NetworkOptions Colour = new() { Channels = 3, Height = 32, Width = 32, Classes = 10 };

    [Theory]
    [InlineData("mlp", "default", 1, ScalarType.Float32, 89610, "bc08e16d0e81ef0766eec46476b528fc49d5eecca5eaf4e1e8e9764e60e1bb8c")]
    [InlineData("mlp", "default", 2, ScalarType.Float64, 89610, "9b87a90b60feca805c5eedaca7314af805aee4a0f31a41e5f9e1b97e4c6966b1")]
    [InlineData("mlp", "xavier-normal", 3, ScalarType.Float32, 89610, "664749bccbe10b0046171b463cf02fcf13a94c0ff97ab0ef907047526f5a29dd")]
    [InlineData("mlp", "xavier-normal", 4, ScalarType.Float64, 89610, "756c9335df26e00c742e1b06264557dc0297b622465df71ed60e9ea95af636cb")]
    [InlineData("mlp", "xavier-uniform", 5, ScalarType.Float32, 89610, "6f78532a072e0c15a22568758ccfc6e886c1359b220e6d5adc1e1685f06efc38")]
    [InlineData("mlp", "xavier-uniform", 6, ScalarType.Float64, 89610, "4543100bf8de38208fbc52a9e12473af9360bee5737a06ae8d8f36307ab32df3")]
    [InlineData("mlp", "kaiming-normal", 7, ScalarType.Float32, 89610, "8071388f53c9ed26813991893c2561a6c92e27e474c2a34b508b21720454c1d3")]
    [InlineData("mlp", "kaiming-normal", 8, ScalarType.Float64, 89610, "beb5fe0b8fcb01c4dfbc76b9a41ceb75d2881742d712ef838993f602074b3504")]
    [InlineData("mlp", "kaiming-uniform", 9, ScalarType.Float32, 89610, "026f00e309284ed30c5f1a680612fcc60073b439bf41a858cdb72f08ee556d2e")]
    [InlineData("mlp", "kaiming-uniform", 10, ScalarType.Float64, 89610, "2f4272fc59411a42b7152ada098a9afb213bcf52395544552919f83880bfb330")]
    [InlineData("mlp tiny", "default", 11, ScalarType.Float32, 27, "ff68fbfe47947f8f378cc285d3db95d09064f1e8155ecabd0ba43e00d773219e")]
    [InlineData("mlp tiny", "default", 12, ScalarType.Float64, 27, "1d36231689ad3d3013c544e832da33ee89f993b32cada2e43cd126ad3336620a")]
    [InlineData("mlp tiny", "xavier-normal", 13, ScalarType.Float32, 27, "6af4725da9c859897397236af0e2a532e8f6bbb42f0f5f9a9e38622eecbb5391")]
    [InlineData("mlp tiny", "xavier-normal", 14, ScalarType.Float64, 27, "260a9b9ef44d369fc6f6658fcf342cb60fd87a06fd8694b21e2582d64e7dab11")]
    [InlineData("mlp tiny", "xavier-uniform", 15, ScalarType.Float32, 27, "9958cc33b4acb62a6f7c1e72a994a2f292e5462e57fcae5c703bdff4534e1668")]
    [InlineData("mlp tiny", "xavier-uniform", 16, ScalarType.Float64, 27, "1dc2695bff2f771ae893d1517123712f99a8e1a83d249a4452cf10e4a5c8d57e")]
    [InlineData("mlp tiny", "kaiming-normal", 17, ScalarType.Float32, 27, "649c7617c9cc5a6774e28171ce963a41e8ce3d688427284a00a121590d033a58")]
    [InlineData("mlp tiny", "kaiming-normal", 18, ScalarType.Float64, 27, "3b9546e6ee894393b7554563d990a6f6836184eda7be075b00167d40280c5df9")]
    [InlineData("mlp tiny", "kaiming-uniform", 19, ScalarType.Float32, 27, "ebd24d10132a8afda72f8edb6f459687b1169e26ac3e761ba21bfaa080e2a416")]
    [InlineData("mlp tiny", "kaiming-uniform", 20, ScalarType.Float64, 27, "c944b52f834b04e23bff9d2ab1712de31f6c5a806f2e4319b7ab4d1fb960032e")]
    [InlineData("mlp no-bias", "default", 21, ScalarType.Float32, 24260, "d97ecbc30746ee6d86079cdc32e7012843b9e2a468cdb7d455f5fd3f2a1a000a")]
    [InlineData("mlp no-bias", "default", 22, ScalarType.Float64, 24260, "74e27c43b79893b15a3759e8c3265f9e79947df9032ef08a53ea701a8dea41f9")]
    [InlineData("mlp batch-norm", "default", 23, ScalarType.Float32, 61840, "66419d06a4a2baa9b3a176fbf89f0a028c1422f434dc0aef7c6252ceb02274c7")]
    [InlineData("mlp batch-norm", "default", 24, ScalarType.Float64, 61840, "c1a85e3e67fca9f72787c2bcabef2e933d2ba46ad56b24ac6a267256d785b9f0")]
    [InlineData("cnn", "default", 25, ScalarType.Float32, 30634, "8917f2853c92f833f7d8d11d9ac4863c7f84d3629d7c2e34fbfb5768efda5bfb")]
    [InlineData("cnn", "default", 26, ScalarType.Float64, 30634, "e0bb74752ce42df10ac904f612691054fe8d852867fb4f500030115555b0cca5")]
    [InlineData("cnn", "xavier-normal", 27, ScalarType.Float32, 30634, "14e3e432109dc17074e6b7277dfc9095d2cad2490daf14be85a0c0f125a31b14")]
    [InlineData("cnn", "xavier-normal", 28, ScalarType.Float64, 30634, "1a0081934a53e446213128d7be22f1f5de398a0db7f86e2c7c4aa5c0eca3002d")]
    [InlineData("cnn", "xavier-uniform", 29, ScalarType.Float32, 30634, "d4da0742a9ae1ab1959570e2932283363f832217bf546a85add71235dbf2aad8")]
    [InlineData("cnn", "xavier-uniform", 30, ScalarType.Float64, 30634, "c37e999f099c8cb9c58f034f306da22ba6b40fc47517a89ddcd12cbc6e0ac2f3")]
    [InlineData("cnn", "kaiming-normal", 31, ScalarType.Float32, 30634, "3934b2f7ff74fc777169bb97a95ac9e4de051f93c1ee831f48a44834fcad77ba")]
    [InlineData("cnn", "kaiming-normal", 32, ScalarType.Float64, 30634, "6aa4b74e36baee03bbf201d28d1de3b78cccc2d5292e297267987ec47b112b32")]
    [InlineData("cnn", "kaiming-uniform", 33, ScalarType.Float32, 30634, "2fb297da923f107b9714c7baf50c1557d3a772ca548b38b1fb9685cd637bc806")]
    [InlineData("cnn", "kaiming-uniform", 34, ScalarType.Float64, 30634, "05a7426869a91ed9fe323fe9000263341d9f6708fcc212a86c48fbd06bf99532")]
    [InlineData("cnn gray", "default", 35, ScalarType.Float32, 50272, "8ae7874cdc2ae9bb5b54b0ce602b736ac477f13abdd05c1e0a179d17b9d3bfd9")]
    [InlineData("cnn gray", "default", 36, ScalarType.Float64, 50272, "f41477606ffeb704f6edea8762f6b526669972e891dce7adf8d99bfc44b1b728")]
    [InlineData("cnn batch-norm", "default", 37, ScalarType.Float32, 215172, "5bdf7969f6a1d541fab32291c8ec6ebf01a6c418556da5301300a4a3252ebeb3")]
    [InlineData("cnn batch-norm", "default", 38, ScalarType.Float64, 215172, "5b0c090c66f6f16b41307dfcd747635a1617b8a1eabea36cd8f2d48380848469")]
    [InlineData("cnn batch-norm", "xavier-normal", 39, ScalarType.Float32, 215172, "aa763064557cf866a2722d1f15fbfeb945a1b7feb73746f4715a88414e57d3c4")]
    [InlineData("cnn batch-norm", "xavier-normal", 40, ScalarType.Float64, 215172, "05b009113fce9369086a4f8527e5046536881732d9915837ffc45f75047442b0")]
    [InlineData("cnn batch-norm", "xavier-uniform", 41, ScalarType.Float32, 215172, "2f5e28d3942681e5419309b26678d25fe53e872e2c94776987f6024177ecf62b")]
    [InlineData("cnn batch-norm", "xavier-uniform", 42, ScalarType.Float64, 215172, "6750ee38d2aece270b5dfa223925da92f517f0593c7ba0a9c844daa163acba2a")]
    [InlineData("cnn batch-norm", "kaiming-normal", 43, ScalarType.Float32, 215172, "22b949422e1e6a6485b145ebe06e2f6071016f0e06741a739498c0da5f669f93")]
    [InlineData("cnn batch-norm", "kaiming-normal", 44, ScalarType.Float64, 215172, "4c14ba92535e7ebbeff4fc138879246d8d2b92171aff804c88184c14f5df4b02")]
    [InlineData("cnn batch-norm", "kaiming-uniform", 45, ScalarType.Float32, 215172, "5b881b3f62c025f6baf6861ab75422a97de4ea107865597b3cf7d76e3d55e53a")]
    [InlineData("cnn batch-norm", "kaiming-uniform", 46, ScalarType.Float64, 215172, "70d27f165a415cadeebe6b730edbbc0c62d26feeddb57e46e5c815dccdead957")]
    public void A_seed_gives_pytorchs_own_weights_bit_for_bit(
        string network, string scheme, int seed, ScalarType type, long count, string sha256)
    {
        // libtorch draws float32 normals with vectorised logarithms and cosines where the processor has AVX2.
        Assert.SkipWhen(
            type == ScalarType.Float32 && scheme.EndsWith("normal") && !Avx2.IsSupported,
            "PyTorch's float32 normals have other last bits on processors without AVX2");
        using var scope = new TensorScope();
        Module module = Create(network);
        Assert.Equal(count, module.ParameterCount);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((_, Tensor value) in Initialization.Draw(module, InitializationCatalogue.Parse(scheme), (ulong)seed, type))
        {
            digest.AppendData(value.ToBytes());
        }

        Assert.Equal(sha256, Convert.ToHexStringLower(digest.GetHashAndReset()));
    }

    private static Module Create(string name) => name switch
    {
        "mlp" => NetworkCatalogue.Create("mlp", Gray),
        "mlp tiny" => NetworkCatalogue.Create("mlp", Gray with { Height = 2, Width = 2, Classes = 3, Widths = [3] }),
        "mlp no-bias" => NetworkCatalogue.Create("mlp", Gray with { Classes = 7, Widths = [30, 20], Bias = false }),
        "mlp batch-norm" => NetworkCatalogue.Create("mlp", Colour with { Widths = [20, 10], BatchNorm = true }),
        "cnn" => NetworkCatalogue.Create("cnn", Colour),
        "cnn gray" => NetworkCatalogue.Create("cnn", Gray with { Classes = 26, Bias = false }),
        _ => NetworkCatalogue.Create("cnn", Colour with { Classes = 100, BatchNorm = true }),
    };
}
