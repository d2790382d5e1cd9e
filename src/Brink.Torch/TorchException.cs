namespace Brink.Torch;

/// <summary>libtorch refused an operation, or could not be loaded; the message is its own, in one line where it was one.</summary>
/// <param name="message">What libtorch said.</param>
public sealed class TorchException(string message) : Exception(message);
