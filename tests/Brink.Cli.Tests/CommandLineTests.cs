using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Brink.Cli.CommandLine;

namespace Brink.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("doctr", "unknown command 'doctr'; did you mean 'doctor'?")]
    [InlineData("doctor --jsn", "unknown option '--jsn'; did you mean '--json'?")]
    [InlineData("doctor extra", "unexpected argument 'extra'; 'brink doctor --help' shows how it is used")]
    [InlineData("completion --jsn", "unknown option '--jsn'; 'brink completion --help' lists them")]
    [InlineData("completion bsh", "argument <shell>: unknown value 'bsh'; did you mean 'bash'?")]
    [InlineData("completion", "'brink completion' needs <shell>: bash, zsh, fish")]
    public async Task A_usage_error_is_one_line_and_code_2(string line, string message)
    {
        (int code, string output, string error) = await RunAsync(line.Split(' '));
        Assert.Equal(2, code);
        Assert.Equal(string.Empty, output);
        Assert.Equal($"brink: {message}", error.TrimEnd());
    }

    [Fact]
    public async Task Without_arguments_the_commands_are_listed()
    {
        (int code, string output, _) = await RunAsync([]);
        Assert.Equal(0, code);
        Assert.Contains("doctor", output);
        Assert.Contains("brink quickstart", output);
    }

    [Fact]
    public void Every_command_has_a_page_with_an_example()
    {
        foreach (Command command in All(BrinkCommandLine.CreateRoot()).Where(command => command.Subcommands.Count == 0))
        {
            using var page = new StringWriter();
            HelpPage.Write(command, page);
            Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name);
            Assert.True(page.ToString().Contains("Example", StringComparison.Ordinal), $"'{command.Name}' shows no example");
            Assert.All(UsageErrors.OptionsOf(command), option => Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{command.Name} {option.Name}"));
        }
    }

    [Fact]
    public void A_run_error_is_one_line()
    {
        Assert.Equal("brink: a b", BrinkCommandLine.Report(new BrinkException("a\n  b")));
        Assert.Equal("brink: a", BrinkCommandLine.Report(new AggregateException(new BrinkException("a"))));
        string bug = BrinkCommandLine.Report(new InvalidOperationException("it\nbroke"));
        Assert.StartsWith("brink: InvalidOperationException: it broke (this is a bug", bug);
        Assert.DoesNotContain('\n', bug);
    }

    [Theory]
    [InlineData("[suggest:3]", "doc", "doctor")]
    [InlineData("[suggest:11]", "completion ", "bash fish zsh")]
    [InlineData("[suggest:11]", "doctor --js", "--json")]
    public async Task Completion_asks_the_program_itself(string directive, string line, string wanted)
    {
        (int code, string output, _) = await RunAsync([directive, line]);
        Assert.Equal(0, code);
        Assert.Subset(output.Split('\n', StringSplitOptions.TrimEntries).ToHashSet(), wanted.Split(' ').ToHashSet());
    }

    [Theory]
    [InlineData("bash")]
    public async Task The_completion_script_is_one_its_shell_accepts(string shell)
    {
        (_, string script, _) = await RunAsync(["completion", shell]);
        using var process = Process.Start(new ProcessStartInfo(shell, ["-n"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, errors);
    }

    [Fact]
    public async Task The_program_itself_answers_with_code_and_line()
    {
        (int code, string output, string error) = await ProcessAsync(["doctor", "--jsn"], []);
        Assert.Equal((2, string.Empty, "brink: unknown option '--jsn'; did you mean '--json'?"), (code, output, error.TrimEnd()));
        (code, output, _) = await ProcessAsync(["--version"], []);
        Assert.Equal(0, code);
        Assert.Matches(@"^\d+\.\d+\.\d+", output);
    }

    [Fact]
    public async Task Without_the_native_library_doctor_says_what_to_do()
    {
        (int code, string output, _) = await ProcessAsync(["doctor", "--json"], new() { ["BRINK_NATIVE"] = "/nonexistent/libbrink_native.so" });
        Assert.Equal(1, code);
        using var report = JsonDocument.Parse(output);
        Assert.False(report.RootElement.GetProperty("works").GetBoolean());
        JsonElement libtorch = report.RootElement.GetProperty("findings").EnumerateArray().Single(finding => finding.GetProperty("name").GetString() == "libtorch");
        Assert.Equal("broken", libtorch.GetProperty("health").GetString());
        Assert.Contains("./brink setup", libtorch.GetProperty("advice").GetString());
    }

    [Fact]
    public async Task Doctor_finds_the_engine_of_this_checkout()
    {
        (int code, string output, string error) = await ProcessAsync(["doctor", "--json"], []);
        Assert.True(code == 0, output + error);
        using var report = JsonDocument.Parse(output);
        Dictionary<string, string> found = report.RootElement.GetProperty("findings").EnumerateArray()
            .ToDictionary(finding => finding.GetProperty("name").GetString()!, finding => finding.GetProperty("value").GetString()!);
        Assert.Matches(@"^(1\.1[3-9]|[2-9]\.)", found["libtorch"]);
        Assert.Contains("GFLOP/s", found["arithmetic"]);
        Assert.DoesNotContain('\u001b', output);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await BrinkCommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static async Task<(int Code, string Output, string Error)> ProcessAsync(string[] arguments, Dictionary<string, string> environment)
    {
        string program = typeof(BrinkCommandLine).Assembly.Location;
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
}
