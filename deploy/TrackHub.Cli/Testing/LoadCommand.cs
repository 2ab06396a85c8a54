using System.CommandLine;
using System.Globalization;

namespace TrackHub.Cli.Testing;

/// <summary>What <c>load</c> was asked for.</summary>
/// <param name="Scenario">Name of the scenario.</param>
/// <param name="Rate">Items a second of the open loop; null for the scenario's own.</param>
/// <param name="Connections">Connection counts, each measured; null for the scenario's own.</param>
/// <param name="DurationSeconds">Length of each measurement.</param>
/// <param name="WarmUpSeconds">Length of the load before each.</param>
/// <param name="MaxCount">Most items of a measurement.</param>
/// <param name="Save">Whether to write result files.</param>
internal sealed record LoadRequest(string Scenario, int? Rate, IReadOnlyList<int>? Connections, int DurationSeconds, int WarmUpSeconds, long MaxCount, bool Save, string? LabelledDirectory);

/// <summary><c>load</c>: starts the load program with what it was asked. The same definition reads the call here and there.</summary>
internal static class LoadCommand
{
    /// <summary>Scenarios by name, and what each measures.</summary>
    public static readonly IReadOnlyDictionary<string, string> Scenarios = new Dictionary<string, string>
    {
        ["produce"] = "raw Kafka, call to durable",
        ["consume"] = "raw Kafka, call to consumed; reading a filled topic",
        ["broker"] = "the broker alone, its own process, under rdkafka_performance and Confluent.Kafka",
        ["ingress"] = "a click over HTTP, to its receipt",
        ["webhook"] = "a signed sale over HTTP, to its receipt",
        ["stages"] = "how right the three stages are, on labelled traffic; needs no running system",
        ["sentry"] = "how right The Sentry is, on made series and, with --labelled, on a copy of the Numenta Anomaly Benchmark; needs no running system",
        ["matching"] = "the matcher alone, its own process: clicks into the windows, sales to their clicks; acknowledged to capi-dispatch",
        ["rebuild"] = "windows that Redis forgot, read again from the log and from the table, and what the ingress feels of it",
        ["dispatch"] = "the dispatcher alone, its own process, over 20 lanes to a simulator that takes 200 ms: a backlog of Purchases; acknowledged to the wire",
        ["metrics"] = "the metrics role alone, its own process: conversions into the figures, beside reading them raw; sent to visible in PostgreSQL",
        ["pages"] = "the console alone, its own process: 90 days of hourly figures of one brand among a thousand",
        ["end-to-end"] = "a signed sale, to its arrival at the simulator",
    };

    private const int MostRate = 1_000_000;
    private const int MostConnections = 4_096;
    private const int MostSeconds = 3_600;

    /// <summary>Makes the command of the command line.</summary>
    public static Command Create() => Create(static (call, request, cancellationToken) =>
        MeasuringProgram.RunAsync("TrackHub.Load", Arguments(call, request), cancellationToken));

    /// <summary>Makes the command.</summary>
    /// <param name="run">Runs it.</param>
    public static Command Create(Func<ParseResult, LoadRequest, CancellationToken, Task<int>> run)
    {
        var scenario = new Argument<string>("SCENARIO") { Description = string.Join("; ", Scenarios.Select(static pair => $"{pair.Key}: {pair.Value}")) + "." };
        scenario.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && !Scenarios.ContainsKey(result.Tokens[0].Value))
                result.AddError($"There is no scenario {result.Tokens[0].Value}: choose {string.Join(", ", Scenarios.Keys)}.");
        });
        var rate = new Option<int?>("--rate") { Description = "Items a second of the open loop; each scenario has its own.", HelpName = "N" };
        var duration = new Option<int>("--duration") { Description = "Length of each measurement.", DefaultValueFactory = static _ => 5, HelpName = "SECONDS" };
        var connections = new Option<string?>("--connections") { Description = "Connection counts, each measured: 1,16,64. Each scenario has its own.", HelpName = "LIST" };
        var warmUp = new Option<int>("--warmup") { Description = "The same load before each measurement, not recorded.", DefaultValueFactory = static _ => 1, HelpName = "SECONDS" };
        var count = new Option<long>("--count") { Description = "Most items of a measurement.", DefaultValueFactory = static _ => 1_000_000, HelpName = "N" };
        var save = SavedResults.Option("load-SCENARIO.md and load-SCENARIO.jsonl");
        var labelled = new Option<string?>("--labelled") { Description = "A copy of github.com/numenta/NAB, for scenario sentry.", HelpName = "DIRECTORY" };
        InRange(rate, 1, MostRate);
        InRange(duration, 1, MostSeconds);
        InRange(warmUp, 0, MostSeconds);
        InRange(count, 1, MostRate);
        connections.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && Counts(result.Tokens[0].Value) is null)
                result.AddError($"--connections {result.Tokens[0].Value} is no list of counts from 1 to {MostConnections}, such as 1,16,64.");
        });

        var command = new Command(
            "load",
            "Puts load on the system that runs on --data (start it with `up --detach`) and on floors beside it: latency from the intended send time at a fixed rate, then throughput.")
        {
            scenario, rate, duration, connections, warmUp, count, save, labelled,
        };
        command.SetAction((call, cancellationToken) => run(
            call,
            new(
                call.GetValue(scenario)!, call.GetValue(rate), Counts(call.GetValue(connections)), call.GetValue(duration), call.GetValue(warmUp),
                call.GetValue(count), call.GetValue(save), call.GetValue(labelled)),
            cancellationToken));
        return command;
    }

    private static List<string> Arguments(ParseResult call, LoadRequest request)
    {
        var arguments = new List<string>
        {
            "load", request.Scenario, "--duration", Text(request.DurationSeconds), "--warmup", Text(request.WarmUpSeconds), "--count", Text(request.MaxCount),
            "--data", call.MachineData().Root, "--port-base", Text(call.Ports().Base),
        };
        if (request.Rate is { } rate) arguments.AddRange(["--rate", Text(rate)]);
        if (request.Connections is { } connections) arguments.AddRange(["--connections", string.Join(',', connections.Select(static count => Text(count)))]);
        if (request.LabelledDirectory is { } directory) arguments.AddRange(["--labelled", Path.GetFullPath(directory)]);
        if (request.Save) arguments.Add("--save");
        if (call.GetValue(GlobalOptions.Json)) arguments.Add("--json");
        arguments.AddRange(call.Configured().Select(static pair => "--" + pair));
        return arguments;
    }

    private static List<int>? Counts(string? list)
    {
        var counts = new List<int>();
        foreach (var part in list?.Split(',') ?? [])
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > MostConnections) return null;
            counts.Add(count);
        }

        return counts.Count == 0 ? null : counts;
    }

    private static void InRange<T>(Option<T> option, long least, long most) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && (value < least || value > most))
            result.AddError($"{option.Name} {value} is out of range: {least} to {most}.");
    });

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
