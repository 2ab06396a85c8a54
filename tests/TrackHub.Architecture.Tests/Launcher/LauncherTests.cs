using System.Globalization;

namespace TrackHub.Architecture.Tests.Launcher;

public sealed class LauncherTests : IDisposable
{
    private const string PeerLock = "tests/A/peers/package-lock.json";

    private readonly LauncherSandbox _sandbox = new();

    [Fact]
    public async Task First_call_builds_the_cli_alone_and_hands_the_arguments_on()
    {
        var exit = await _sandbox.RunAsync(["status", "--brand", "two words"]);

        exit.Code.ShouldBe(0);
        _sandbox.Builds.Single().ShouldContain("deploy/TrackHub.Cli/TrackHub.Cli.csproj -c Release");
        _sandbox.Calls[^1].ShouldEndWith("TrackHub.Cli.dll status --brand two words");
    }

    [Fact]
    public async Task Second_call_builds_nothing_and_says_nothing()
    {
        await _sandbox.RunAsync(["status"]);

        var exit = await _sandbox.RunAsync(["status"]);

        _sandbox.Builds.Count().ShouldBe(1);
        exit.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task Test_builds_the_whole_solution_and_the_next_up_builds_nothing()
    {
        await _sandbox.RunAsync(["test"]);
        await _sandbox.RunAsync(["up"]);

        _sandbox.Builds.Single().ShouldContain("TrackHub.sln");
    }

    [Theory]
    [InlineData("deploy/TrackHub.Cli/Program.cs", "return 1; // longer", 2)]
    [InlineData("deploy/TrackHub.Cli/Added.cs", "class Added;", 2)]
    [InlineData("Directory.Build.props", "<Project />", 2)]
    [InlineData("deploy/TrackHub.Cli/README.md", "not code", 1)]
    [InlineData("deploy/TrackHub.Cli/obj/project.assets.json", "{}", 1)]
    [InlineData("tests/TrackHub.Cli.Tests/Some.cs", "class Some;", 1)]
    public async Task Only_a_changed_input_builds_again(string path, string text, int builds)
    {
        await _sandbox.RunAsync(["up"]);
        _sandbox.Write(path, text);

        await _sandbox.RunAsync(["up"]);

        _sandbox.Builds.Count().ShouldBe(builds);
    }

    [Fact]
    public async Task A_removed_source_builds_again()
    {
        await _sandbox.RunAsync(["up"]);
        File.Delete(_sandbox.At("deploy/TrackHub.Cli/Program.cs"));

        await _sandbox.RunAsync(["up"]);

        _sandbox.Builds.Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_failed_build_shows_its_errors_and_the_next_call_builds_again()
    {
        await _sandbox.RunAsync(["up"]);
        _sandbox.Write("deploy/TrackHub.Cli/Program.cs", "broken");

        var failed = await _sandbox.RunAsync(["up"], ("BREAK", "1"));
        var healed = await _sandbox.RunAsync(["up"]);

        failed.Code.ShouldBe(1);
        failed.Messages.ShouldContain("a.cs(1,1): error");
        failed.Messages.ShouldContain("remedy:");
        healed.Code.ShouldBe(0);
        _sandbox.Builds.Count().ShouldBe(3);
    }

    [Theory]
    [InlineData("up", "install redis-server")]
    [InlineData("test", "install redis-server kcat")]
    public async Task Only_what_is_missing_and_needed_is_installed(string command, string installation)
    {
        await _sandbox.RunAsync([command], ("MISSING", "redis-server kcat"));

        _sandbox.Installations.ShouldBe([installation]);
    }

    [Theory]
    [InlineData("up")]
    [InlineData("test", "install nodejs npm")]
    public async Task Node_of_the_distribution_is_installed_where_tests_need_it_and_there_is_none(string command, params string[] installations)
    {
        _sandbox.Write(PeerLock, "{}");
        _sandbox.TakeNodeAway();

        var exit = await _sandbox.RunAsync([command], ("MISSING", "nodejs npm"));

        exit.Code.ShouldBe(0, exit.Messages);
        _sandbox.Installations.ShouldBe(installations);
    }

    [Fact]
    public async Task Node_from_elsewhere_is_left_as_it_is()
    {
        await _sandbox.RunAsync(["test"], ("MISSING", "nodejs npm"));

        _sandbox.Installations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Peers_are_installed_for_tests_alone_and_again_only_when_their_lock_file_changed()
    {
        _sandbox.Write(PeerLock, "{}");

        await _sandbox.RunAsync(["up"]);
        Peers().ShouldBe(0);
        await _sandbox.RunAsync(["test"]);
        await _sandbox.RunAsync(["test"]);
        Peers().ShouldBe(1);
        _sandbox.Write(PeerLock, "{ }");
        var exit = await _sandbox.RunAsync(["test"]);

        Peers().ShouldBe(2);
        exit.Messages.ShouldContain("installing the npm packages of tests/A/peers");
    }

    [Fact]
    public async Task What_the_browser_tracker_is_built_with_is_installed_like_a_peer()
    {
        _sandbox.Write("ingest/tracker/package-lock.json", "{}");

        await _sandbox.RunAsync(["up"]);
        _sandbox.Calls.ShouldNotContain(static call => call.StartsWith("npm ci ", StringComparison.Ordinal));
        await _sandbox.RunAsync(["test"]);
        _sandbox.Calls.ShouldContain(static call => call.StartsWith("npm ci ", StringComparison.Ordinal) && call.EndsWith(" in ingest/tracker", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Peers_that_cannot_be_installed_are_tried_again_by_the_next_call()
    {
        _sandbox.Write(PeerLock, "{}");

        var failed = await _sandbox.RunAsync(["test"], ("BREAK_NPM", "1"));
        var healed = await _sandbox.RunAsync(["test"]);

        failed.Code.ShouldBe(1);
        failed.Messages.ShouldContain("npm error 404");
        failed.Messages.ShouldContain("remedy:");
        healed.Code.ShouldBe(0, healed.Messages);
        Peers().ShouldBe(2);
    }

    [Fact]
    public async Task A_node_too_old_is_named()
    {
        _sandbox.Write(PeerLock, "{}");

        var exit = await _sandbox.RunAsync(["test"], ("OLD_NODE", "1"));

        exit.Code.ShouldBe(1);
        exit.Messages.ShouldContain("tests need Node.js 18 or later");
        Peers().ShouldBe(0);
    }

    [Fact]
    public async Task Without_an_sdk_of_version_10_it_says_what_to_install()
    {
        var exit = await _sandbox.RunAsync(["up"], ("SDKS", "8.0.400 [/sdk]"));

        exit.Code.ShouldBe(1);
        exit.Messages.ShouldContain("no SDK 10.x (found: 8.0.400)");
        exit.Messages.ShouldContain("remedy: install the .NET 10 SDK");
    }

    [Fact]
    public async Task Without_bootstrap_nothing_is_looked_at()
    {
        var exit = await _sandbox.RunAsync(["up"], ("TRACKHUB_NO_BOOTSTRAP", "1"), ("MISSING", "redis-server"));

        exit.Code.ShouldBe(1);
        _sandbox.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_cli_takes_the_place_of_the_launcher_so_that_signals_reach_it()
    {
        using var launcher = _sandbox.Start(["up"]);

        var exit = await LauncherSandbox.EndAsync(launcher);

        exit.Output.Trim().ShouldBe($"pid {launcher.Id}");
    }

    [Fact]
    public async Task Two_calls_at_once_build_once()
    {
        await LauncherSandbox.RunToolAsync("mkfifo", _sandbox.At("gate"));
        using var first = _sandbox.Start(["up"], ("BLOCK", "1"));
        await using var gate = await OpenGateAsync();
        using var second = _sandbox.Start(["up"], ("BLOCK", "1"));
        (await second.StandardError.ReadLineAsync())!.ShouldContain("waiting for another");

        await gate.WriteAsync("go\n"u8.ToArray());
        await gate.FlushAsync();
        var exits = await Task.WhenAll(LauncherSandbox.EndAsync(first), LauncherSandbox.EndAsync(second));

        exits.ShouldAllBe(static exit => exit.Code == 0);
        _sandbox.Builds.Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_signal_during_the_build_ends_launcher_and_build()
    {
        await LauncherSandbox.RunToolAsync("mkfifo", _sandbox.At("gate"));
        using var launcher = _sandbox.Start(["up"], ("BLOCK", "1"));
        await using var gate = await OpenGateAsync();
        var build = (await File.ReadAllTextAsync(_sandbox.At("building"))).Trim();

        await LauncherSandbox.RunToolAsync("kill", "-TERM", launcher.Id.ToString(CultureInfo.InvariantCulture));
        var exit = await LauncherSandbox.EndAsync(launcher);

        exit.Code.ShouldBe(143);
        IsRunning(build).ShouldBeFalse();
    }

    public void Dispose() => _sandbox.Dispose();

    private int Peers() => _sandbox.Calls.Count(static call => call.StartsWith("npm ci ", StringComparison.Ordinal) && call.EndsWith(" in tests/A/peers", StringComparison.Ordinal));

    /// <summary>Opens the pipe a blocked build reads from: done as soon as the build has come so far.</summary>
    private Task<FileStream> OpenGateAsync() =>
        Task.Run(() => new FileStream(_sandbox.At("gate"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
            .WaitAsync(TimeSpan.FromSeconds(30));

    private static bool IsRunning(string pid)
    {
        var status = $"/proc/{pid}/status";
        return File.Exists(status) && !File.ReadAllText(status).Contains("State:\tZ", StringComparison.Ordinal);
    }
}
