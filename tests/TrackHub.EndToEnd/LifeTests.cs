using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TrackHub.Testing;

namespace TrackHub.EndToEnd;

/// <summary>A machine's life: start, work, a death in the family, stop, start again, the end of the supervisor.</summary>
/// <remarks>Beside the others: more than half of its time it waits for clicks that never come.</remarks>
public sealed partial class LifeTests
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_machine_stops_in_order_continues_where_it_stopped_and_leaves_no_process_behind()
    {
        await using var machine = new Machine();
        var up = await machine.UpAsync();
        (await machine.StatusAsync()).Values.ShouldAllBe(static service => service.GetProperty("ready").GetBoolean());

        var demo = machine.RunAsync("demo", "--events", "400");
        await SecondStartIsRefusedAsync(machine);
        var receipt = await AcceptedAsync(machine);
        await TopicsReadByKcatAsync(machine);
        await DeadRoleComesBackAsync(machine);

        // The death of a role in the midst of it changes nothing: plan, books and simulator agree.
        var played = await demo;
        played.Code.ShouldBe(0, played.All);
        await AccountsOfTheDemoArePulledAsync(machine);

        await ARepetitionIsExplainedByWhatItRepeatsAsync(machine);
        await DoctorFindsWhatIsWrongAsync(machine);

        var stopping = Stopwatch.StartNew();
        Machine.Signal("TERM", machine.Supervisor());
        (await up.ExitAsync(StopLimit)).ShouldBe(0);
        stopping.Elapsed.ShouldBeLessThan(StopLimit);
        machine.Processes.ShouldBeEmpty(await up.Error);

        await machine.UpAsync();
        await Eventually.Holds(async () => (await machine.RunAsync("explain", receipt)).Code.ShouldBe(0));
        var told = await machine.RunAsync("explain", receipt, "--json");
        (await machine.RunAsync("explain", IngestId().Match(told.Output).Groups["id"].Value, "--json")).Output.ShouldBe(told.Output);

        var supervisor = machine.Supervisor();
        Machine.Signal("KILL", supervisor);
        await Eventually.Holds(() => machine.Processes.ShouldBeEmptyAsync(), StopLimit);
        (await machine.RunAsync("status")).Code.ShouldBe(1);
    }

    [GeneratedRegex("\"ingest_id\":\"(?<id>[0-9a-f-]{36})\"", RegexOptions.ExplicitCapture)]
    private static partial Regex IngestId();

    /// <summary>Gateways of the demo repeat some of their webhooks.</summary>
    private static async Task ARepetitionIsExplainedByWhatItRepeatsAsync(Machine machine)
    {
        var ends = await machine.RunAsync("tail", "event-outcomes", "--from", "0", "--json");
        var duplicate = ends.Output.Split('\n').First(static line => line.Contains("\"state\":\"duplicate\"", StringComparison.Ordinal));

        var told = await machine.RunAsync("explain", IngestId().Match(duplicate).Groups["id"].Value);

        told.Code.ShouldBe(0, told.All);
        told.Output.ShouldMatch(@"without a destination: duplicate, [a-z ]+ \([^)]+\)\. It repeats the [a-z ]+ received \S+ \S+ \(revision \d+, ingest id [0-9a-f-]{36}, receipt ingest-events/\d+/\d+\)\.");
    }

    private static Task AccountsOfTheDemoArePulledAsync(Machine machine) => Eventually.Holds(async () =>
    {
        var told = await machine.RunAsync("tail", "ad-spend", "--from", "0", "--json");
        told.Output.ShouldContain("act_1000000000001");
        told.Output.ShouldContain("\"1000000001\"");
    }, TimeSpan.FromSeconds(60));

    private static async Task SecondStartIsRefusedAsync(Machine machine)
    {
        var second = await machine.RunAsync("up");

        second.Code.ShouldBe(1);
        second.Error.ShouldContain($"already runs on {machine.Data}");
        second.Error.ShouldContain("trackhub down");
    }

    /// <summary>A page view with the demo brand's key.</summary>
    /// <returns>Its receipt.</returns>
    private static async Task<string> AcceptedAsync(Machine machine)
    {
        using var demo = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(machine.Data, "demo.json")));
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{machine.PortBase}") };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/track/pageview")
        {
            Content = new StringContent("""{"session_id":"sess-life-1","url":"https://loja.example.com/"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-TrackHub-Key", demo.RootElement.GetProperty("write_key").GetString());
        using var answer = await http.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(202, body);
        using var receipt = System.Text.Json.JsonDocument.Parse(body);
        return $"{receipt.RootElement.GetProperty("topic")}/{receipt.RootElement.GetProperty("partition")}/{receipt.RootElement.GetProperty("offset")}";
    }

    private static async Task TopicsReadByKcatAsync(Machine machine)
    {
        var read = await machine.ScriptAsync($"kcat -b 127.0.0.1:{machine.PortBase + 4} -C -t track-events -o beginning -e -q -f '%k\\n'");

        read.Code.ShouldBe(0, read.All);
        read.Output.ShouldContain("/sess-life-1");
    }

    private static async Task DoctorFindsWhatIsWrongAsync(Machine machine)
    {
        const string Policy = "redis-cli -p {0} config set maxmemory-policy {1}";
        await machine.ScriptAsync(string.Format(CultureInfo.InvariantCulture, Policy, machine.PortBase + 6, "allkeys-lru"));

        var ill = await machine.RunAsync("doctor");
        ill.Code.ShouldBe(1, ill.All);
        ill.Output.ShouldContain("FAULT  redis: eviction policy: CONFIG SET maxmemory-policy noeviction", customMessage: ill.All);

        await machine.ScriptAsync(string.Format(CultureInfo.InvariantCulture, Policy, machine.PortBase + 6, "noeviction"));
        await Eventually.Holds(async () => (await machine.RunAsync("doctor")).Code.ShouldBe(0), TimeSpan.FromMinutes(1));
    }

    private static async Task DeadRoleComesBackAsync(Machine machine)
    {
        var before = (await machine.StatusAsync())["ledger"].GetProperty("pid").GetInt32();
        Machine.Signal("KILL", before);

        await Eventually.Holds(async () =>
        {
            var ledger = (await machine.StatusAsync())["ledger"];
            ledger.GetProperty("pid").GetInt32().ShouldNotBe(before);
            ledger.GetProperty("ready").GetBoolean().ShouldBeTrue();
        });
    }
}

internal static class EmptyAssertion
{
    /// <summary>For assertions that are asked again.</summary>
    public static Task ShouldBeEmptyAsync(this IReadOnlyList<string> processes)
    {
        processes.ShouldBeEmpty();
        return Task.CompletedTask;
    }
}
