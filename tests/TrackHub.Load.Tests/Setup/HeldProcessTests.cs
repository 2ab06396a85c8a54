using System.Diagnostics;
using System.Globalization;
using TrackHub.Load.Setup;
using TrackHub.Testing;

namespace TrackHub.Load.Tests.Setup;

public sealed class HeldProcessTests
{
    [Fact]
    public async Task A_process_is_stopped_as_long_as_it_is_held()
    {
        using var sleeping = await ChildProcess.StartAsync("KILL", user: null, "sleep", "600");

        await using (await HeldProcess.HoldAsync(sleeping.Id, CancellationToken.None))
            await Eventually.Holds(() => StateOf(sleeping) == "T");

        await Eventually.Holds(() => StateOf(sleeping) == "S");
    }

    [Fact]
    public async Task A_process_goes_on_when_its_holder_is_killed()
    {
        using var sleeping = await ChildProcess.StartAsync("KILL", user: null, "sleep", "600");
        using var holder = Process.Start("bash", ["-c", """exec 3> >(exec sh -c "$0" "$1"); exec sleep 600""", HeldProcess.Script, sleeping.Id.ToString(CultureInfo.InvariantCulture)]);
        await Eventually.Holds(() => StateOf(sleeping) == "T");

        holder.Kill();

        await Eventually.Holds(() => StateOf(sleeping) == "S");
    }

    [Fact]
    public async Task A_process_that_is_gone_cannot_be_held()
    {
        int gone;
        using (var ended = Process.Start("true"))
        {
            await ended.WaitForExitAsync();
            gone = ended.Id;
        }

        await Should.ThrowAsync<InvalidOperationException>(() => HeldProcess.HoldAsync(gone, CancellationToken.None));
    }

    // The third field of proc(5)'s stat, behind the name in brackets.
    private static string StateOf(ChildProcess process)
    {
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/stat"));
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[0];
    }
}
