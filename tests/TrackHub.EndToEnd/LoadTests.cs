using System.Text.Json;
using TrackHub.Testing;

namespace TrackHub.EndToEnd;

/// <summary>Every scenario of <c>load</c> on a running system, as small as it goes: what it does, not how fast. On a busy machine an ack may take longer than the ingress waits.</summary>
[Collection(nameof(OneAtATime))]
public sealed class LoadTests
{
    [Fact]
    public async Task Every_scenario_measures_the_system_and_its_floors()
    {
        await using var machine = new Machine();
        (await machine.RunAsync("load", "ingress")).ShouldSatisfyAllConditions(
            static refused => refused.Code.ShouldBe(1), static refused => refused.Error.ShouldContain("trackhub up --detach"));
        (await machine.RunAsync("up", "--detach")).Code.ShouldBe(0);

        (await LoadAsync(machine, "produce")).ShouldBe(["floor: mock cluster", "raw produce"]);
        (await LoadAsync(machine, "consume")).ShouldBe(["floor: mock cluster", "floor: produce alone", "raw consume", "raw produce to consume"]);
        (await LoadAsync(machine, "ingress")).ShouldBe(["floor: bare produce", "floor: empty handler", "ingress", "peer: node-ingest"]);
        (await LoadAsync(machine, "matching")).ShouldBe(["floor: same commands", "matcher", "sale acknowledged to capi-dispatch", "sale sent to capi-dispatch"]);
        (await LoadAsync(machine, "rebuild")).ShouldBe(["Redis", "Redis silent", "broker", "floor: windows whole", "matcher", "windows rebuilding"]);
        (await LoadAsync(machine, "dispatch")).ShouldBe(["Purchase acknowledged to wire", "checkout acknowledged to wire", "dispatcher", "peer: one event a request"]);
        (await LoadAsync(machine, "metrics")).ShouldBe(["floor: raw consume", "metrics", "sale sent to figure in PostgreSQL", "sale sent to figure in the console's API"]);
        (await LoadAsync(machine, "end-to-end")).ShouldBe(["end-to-end", "floor: empty handler", "floor: one hop"]);

        var topics = await machine.ScriptAsync($"kcat -b 127.0.0.1:{machine.PortBase + 4} -L");
        topics.Output.ShouldContain("topic \"track-events\"");
        topics.Output.ShouldNotContain("topic \"load-");
    }

    /// <summary>Runs a scenario; its targets, in order.</summary>
    private static async Task<IReadOnlyList<string>> LoadAsync(Machine machine, string scenario)
    {
        var ran = await machine.RunAsync("load", scenario, "--rate", "50", "--duration", "1", "--warmup", "0", "--count", "20", "--connections", "2", "--json");

        ran.Code.ShouldBe(0, ran.All);
        var lines = ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        foreach (var line in lines)
        {
            line.GetProperty("errors").EnumerateObject().Select(static error => error.Name).Except(["http_503", "not_arrived"]).ShouldBeEmpty(ran.All);
            line.GetProperty("count").GetInt64().ShouldBePositive();
        }

        return [.. lines.Select(static line => line.GetProperty("target").GetString()!).Distinct().Order(StringComparer.Ordinal)];
    }
}
