namespace Brink.Cli.Bench;

/// <summary>What the peer is and runs on: its answer to <c>hello</c>.</summary>
/// <param name="Python">Version of Python.</param>
/// <param name="Executable">The interpreter.</param>
/// <param name="Torch">Version of PyTorch.</param>
/// <param name="Numpy">Version of NumPy.</param>
/// <param name="Scipy">Version of SciPy; null where it is not installed.</param>
/// <param name="Libtorch">Mapped <c>libtorch_cpu</c> files, links resolved.</param>
/// <param name="Blas">Mapped BLAS libraries, links resolved.</param>
/// <param name="Allocator">Mapped replacements of malloc; empty when the peer runs as PyTorch does by default.</param>
/// <param name="Threads">Threads PyTorch uses.</param>
/// <param name="Cores">Cores the process may run on.</param>
/// <param name="Device"><c>cpu</c>, or the name of the GPU at hand.</param>
internal sealed record PeerHello(
    string Python,
    string Executable,
    string Torch,
    string Numpy,
    string? Scipy,
    string[] Libtorch,
    string[] Blas,
    string[] Allocator,
    int Threads,
    int Cores,
    string Device);

/// <summary>Resident memory of the peer, in bytes.</summary>
/// <param name="RssBytes">Now.</param>
/// <param name="PeakRssBytes">The largest since the last <c>reset_peak</c>, or since the start.</param>
internal sealed record PeerMemory(long RssBytes, long PeakRssBytes);

/// <summary>What a <c>setup</c> built.</summary>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Threads">Threads PyTorch uses from now on.</param>
/// <param name="RssBytes">Resident memory, bytes, with the data held.</param>
internal sealed record PeerSetup(long Parameters, int Threads, long RssBytes);

/// <summary>Cost of a call of a small operator from Python, nanoseconds.</summary>
/// <param name="AddNs">One <c>torch.add</c> of two one-element tensors.</param>
/// <param name="LinearNs">One <c>linear</c> of 1×1.</param>
internal sealed record PeerOverhead(double AddNs, double LinearNs);

/// <summary>Full-batch loss and gradient.</summary>
/// <param name="Loss">f(w); null when it is not finite.</param>
/// <param name="GradNorm">‖∇f(w)‖; null when it is not finite.</param>
/// <param name="Seconds">Wall-clock time of each repeat.</param>
/// <param name="PeakRssBytes">Peak resident memory, bytes.</param>
internal sealed record PeerGradient(double? Loss, double? GradNorm, double[] Seconds, long PeakRssBytes);

/// <summary>Iterations of a method; every list has one entry an iteration.</summary>
/// <param name="Loss">f(w_k), before the step; null when it is not finite.</param>
/// <param name="GradNorm">‖∇f(w_k)‖; null when it is not finite.</param>
/// <param name="StepSize">η_k.</param>
/// <param name="Backtracks">Rejected trials.</param>
/// <param name="FunctionEvaluations">Forward passes, counted as the authors' code makes them.</param>
/// <param name="Seconds">Wall-clock time.</param>
internal sealed record PeerIterations(
    double?[] Loss,
    double?[] GradNorm,
    double[] StepSize,
    int[] Backtracks,
    int[] FunctionEvaluations,
    double[] Seconds);

/// <summary>The largest Hessian eigenvalue at the peer's current weights.</summary>
/// <param name="Eigenvalue">λ₁.</param>
/// <param name="Residual">‖Hv − λ₁v‖ / |λ₁| of the returned vector.</param>
/// <param name="Hvps">Hessian-vector products.</param>
/// <param name="Converged">Whether the solver's own test was met.</param>
/// <param name="Seconds">Wall-clock time, the gradient's graph included.</param>
internal sealed record PeerSharpness(double Eigenvalue, double Residual, int Hvps, bool Converged, double Seconds);

/// <summary>The largest Hessian eigenvalues at the peer's current weights.</summary>
/// <param name="Eigenvalues">Descending.</param>
/// <param name="Residual">The largest ‖Hv − λv‖ / |λ| of the returned pairs.</param>
/// <param name="Hvps">Hessian-vector products.</param>
/// <param name="Seconds">Wall-clock time, the gradient's graph included.</param>
internal sealed record PeerSpectrum(double[] Eigenvalues, double Residual, int Hvps, double Seconds);

/// <summary>Gradient flow followed by RK4 to a loss, and λ₁ there.</summary>
/// <param name="Eigenvalue">λ₁.</param>
/// <param name="Loss">Where the flow ended.</param>
/// <param name="Time">When it ended.</param>
/// <param name="Gradients">Gradient evaluations.</param>
/// <param name="Hvps">Hessian-vector products.</param>
/// <param name="Reached">Whether the loss was reached.</param>
/// <param name="Seconds">Wall-clock time.</param>
internal sealed record PeerFlow(double Eigenvalue, double Loss, double Time, int Gradients, int Hvps, bool Reached, double Seconds);

/// <summary>A plane of starts of the minimalist example, advanced with NumPy.</summary>
/// <param name="Seconds">Wall-clock time.</param>
internal sealed record PeerPhase(double Seconds);
