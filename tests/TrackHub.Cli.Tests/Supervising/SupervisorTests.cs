using System.Diagnostics;
using TrackHub.Cli.Supervising;
using TrackHub.Testing;

namespace TrackHub.Cli.Tests.Supervising;

/// <summary>With real processes: shells that do what a service would.</summary>
public sealed class SupervisorTests : IAsyncDisposable
{
    // Serves once its file is there, ends when its standard input does, and then says so.
    private const string Watcher = """echo up >"$0.up"; cat >/dev/null; echo "$0" >>"$1" """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = TestFolder.Next("supervisor");
    private readonly List<string> _said = [];
    private readonly Supervisor _supervisor;

    public SupervisorTests() => _supervisor = new(TimeProvider.System, Say);

    private string Ends => Path.Combine(_folder, "ends");

    [Fact]
    public async Task Services_stop_by_stage()
    {
        await _supervisor.StartAsync([Watching("store", StopStage.Stores), Watching("door", StopStage.Door), Watching("worker", StopStage.Processors)], Patience, static _ => { }, default);

        await _supervisor.StopAsync(Patience);

        (await File.ReadAllLinesAsync(Ends)).Select(Path.GetFileName).ShouldBe(["door", "worker", "store"]);
    }

    [Fact]
    public async Task A_service_that_died_is_started_again()
    {
        await _supervisor.StartAsync([Watching("worker", StopStage.Processors)], Patience, static _ => { }, default);
        var first = _supervisor.Running[0].ProcessId;

        Process.GetProcessById(first).Kill();

        await Eventually.Holds(() => _supervisor.Running[0].ProcessId != first);
        Said().ShouldContain("worker ended with code 137; starting it again in 0.2 s");
    }

    [Fact]
    public async Task Services_that_die_at_once_are_told_one_at_a_time_and_each_is_started_again()
    {
        var (telling, most) = (0, 0);
        string[] names = ["one", "two", "three", "four"];
        await using var supervisor = new Supervisor(TimeProvider.System, static _ => { })
        {
            Changed = () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref telling));
                new ManualResetEventSlim().Wait(TimeSpan.FromMilliseconds(50));   // long enough for another to come
                Interlocked.Decrement(ref telling);
            },
        };
        await supervisor.StartAsync([.. names.Select(name => Watching(name, StopStage.Processors))], Patience, static _ => { }, default);

        // As one: whoever tells of its own must not disturb another who does.
        for (var round = 0; round < 3; round++)
        {
            var before = supervisor.Running.Select(static running => running.ProcessId).ToList();
            before.ForEach(static id => Process.GetProcessById(id).Kill());
            await Eventually.Holds(() => !supervisor.Running.Select(static running => running.ProcessId).Intersect(before).Any(), Patience);
        }

        most.ShouldBe(1);
    }

    [Fact]
    public async Task A_change_that_cannot_be_told_costs_no_service_its_next_start()
    {
        await using var supervisor = new Supervisor(TimeProvider.System, Say) { Changed = static () => throw new IOException("No space left on device") };
        await supervisor.StartAsync([Watching("worker", StopStage.Processors)], Patience, static _ => { }, default);

        for (var death = 0; death < 2; death++)
        {
            var before = supervisor.Running[0].ProcessId;
            Process.GetProcessById(before).Kill();
            await Eventually.Holds(() => supervisor.Running[0].ProcessId != before);
        }

        Said().ShouldContain("No space left on device");
    }

    [Fact]
    public async Task A_service_that_does_not_stop_is_ended()
    {
        await _supervisor.StartAsync([Of("deaf", StopStage.Processors, """echo up >"$0.up"; exec sleep 1000""")], Patience, static _ => { }, default);
        var id = _supervisor.Running[0].ProcessId;

        await _supervisor.StopAsync(TimeSpan.FromMilliseconds(200));

        RunningSystem.StartOf(id).ShouldBeNull();
        Said().ShouldContain("deaf did not stop in time and was ended");
    }

    [Fact]
    public async Task A_program_that_knows_nothing_of_us_gets_its_signal()
    {
        await _supervisor.StartAsync(
            [Of("stranger", StopStage.Stores, """trap 'echo "$0" >>"$1"; exit 0' TERM; echo up >"$0.up"; while :; do sleep 0.05; done""", "TERM")], Patience, static _ => { }, default);
        var id = _supervisor.Running[0].ProcessId;

        await _supervisor.StopAsync(Patience);

        RunningSystem.StartOf(id).ShouldBeNull();
        (await File.ReadAllTextAsync(Ends)).ShouldContain("stranger");
    }

    [Fact]
    public async Task A_service_that_ends_at_its_start_is_named_with_its_last_words()
    {
        var failure = await Should.ThrowAsync<StartFailedException>(() =>
            _supervisor.StartAsync([Of("broken", StopStage.Stores, "echo 'no room left' >&2; exit 3")], Patience, static _ => { }, default));

        failure.Message.ShouldContain("broken ended with code 3 at its start");
        failure.Message.ShouldContain("no room left");
    }

    public ValueTask DisposeAsync() => _supervisor.DisposeAsync();

    private Service Watching(string name, StopStage stage) => Of(name, stage, Watcher);

    private Service Of(string name, StopStage stage, string script, string? stopSignal = null)
    {
        var path = Path.Combine(_folder, name);
        var plan = new ProcessPlan("sh", ["-c", script, path, Ends], new Dictionary<string, string>(), path + ".log", stopSignal);
        return new(name, [new(name, "nowhere")], [], stage, plan, _ => Task.FromResult(File.Exists(path + ".up") ? null : "not up yet"));
    }

    private void Say(string line)
    {
        lock (_said) _said.Add(line);
    }

    private string Said()
    {
        lock (_said) return string.Join('\n', _said);
    }
}
