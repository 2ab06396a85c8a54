using System.CommandLine;

namespace TrackHub.Cli.Tests;

public sealed class FailuresTests
{
    [Fact]
    public async Task A_command_that_is_stopped_says_so_in_a_line()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        (await GuardAsync(() => Task.FromCanceled<int>(stop.Token))).ShouldBe((1, "Stopped before its end."));
    }

    [Fact]
    public async Task A_call_that_took_too_long_is_no_stop()
    {
        using var given = new CancellationTokenSource();
        await given.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => GuardAsync(() => throw new TaskCanceledException("too long", new TimeoutException(), given.Token)));
    }

    private static async Task<(int Exit, string Said)> GuardAsync(Func<Task<int>> run)
    {
        using var said = new StringWriter();
        var exit = await Failures.GuardAsync(new RootCommand().Parse([]), new() { Error = said }, _ => run());
        return (exit, said.ToString().Trim());
    }
}
