using System.CommandLine;
using TrackHub.Cli;
using TrackHub.Cli.Testing;
using TrackHub.Load.Broker;
using TrackHub.Load.Dispatching;
using TrackHub.Load.EndToEnd;
using TrackHub.Load.Figures;
using TrackHub.Load.Http;
using TrackHub.Load.Kafka;
using TrackHub.Load.Matching;
using TrackHub.Load.Measuring;
using TrackHub.Load.Pages;
using TrackHub.Load.Reporting;
using TrackHub.Load.Sentry;
using TrackHub.Load.Setup;
using TrackHub.Load.Stages;

namespace TrackHub.Load;

/// <summary>The program behind <c>trackhub load</c>.</summary>
internal static class LoadProgram
{
    private const int Usage = 2;

    // Rate and connection counts that a machine of two cores carries with client, floors and system on it.
    private static readonly Dictionary<string, (int Rate, int[] Connections, Func<LoadRun, CancellationToken, Task> RunAsync)> Scenarios = new()
    {
        ["produce"] = (2_000, [1, 4, 16], KafkaScenarios.ProduceAsync),
        ["consume"] = (2_000, [1, RawTopic.Partitions], KafkaScenarios.ConsumeAsync),
        ["ingress"] = (1_000, [1, 16, 64, 256], HttpScenarios.IngressAsync),
        ["webhook"] = (500, [1, 16, 64, 256], HttpScenarios.WebhookAsync),
        ["matching"] = (2_000, [1], MatchingScenario.RunAsync),
        ["rebuild"] = (500, [16], RebuildScenario.RunAsync),
        ["dispatch"] = (2_000, [1], DispatchScenario.RunAsync),
        ["metrics"] = (2_000, [1], MetricsScenario.RunAsync),
        ["pages"] = (10, [4], PagesScenario.RunAsync),
        ["end-to-end"] = (50, [16], EndToEndScenario.RunAsync),
    };

    /// <summary>Runs a call, as the command line passed it on.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new Command("trackhub") { LoadCommand.Create(RunAsync) };
        foreach (var option in (Option[])[GlobalOptions.Data, GlobalOptions.PortBase, GlobalOptions.Json, GlobalOptions.Configuration])
            root.Options.Add(option);
        var call = root.Parse(CommandLineConfiguration.Rewrite(args));
        if (call.Errors.Count == 0)
            return await Failures.GuardAsync(call, new() { EnableDefaultExceptionHandler = false }, token => call.InvokeAsync(new() { EnableDefaultExceptionHandler = false }, token));

        foreach (var fault in call.Errors)
            await Console.Error.WriteLineAsync(fault.Message);
        return Usage;
    }

    private static async Task<int> RunAsync(ParseResult call, LoadRequest request, CancellationToken cancellationToken)
    {
        if (request.Scenario == BrokerScenario.Name)
            return await RunBrokerAsync(call, request, cancellationToken);
        if (request.Scenario == StagesScenario.Name)
            return await RunStagesAsync(call, request, cancellationToken);
        if (request.Scenario == SentryScenario.Name)
            return await RunSentryAsync(call, request, cancellationToken);

        var (usualRate, usualConnections, runAsync) = Scenarios[request.Scenario];
        var settings = LoadSettings.Of(request, usualRate);
        var run = new LoadRun(call, LoadSystem.Of(call), settings, request.Connections ?? usualConnections, request.Rate, TimeProvider.System);
        await runAsync(run, cancellationToken);

        var report = new LoadReport(request.Scenario, settings, run.Measurements);
        foreach (var line in call.GetValue(GlobalOptions.Json) ? report.JsonLines() : report.Table())
            await Console.Out.WriteLineAsync(line);
        if (request.Save)
            await report.WriteAsync(SavedResults.Directory(), request.Rate, cancellationToken);
        return run.Measurements.Any(static measurement => measurement.Latency.Count == 0) ? 1 : 0;
    }

    // Pure computing on made traffic: no running system, and how right instead of how fast.
    private static async Task<int> RunStagesAsync(ParseResult call, LoadRequest request, CancellationToken cancellationToken)
    {
        var report = await StagesScenario.RunAsync(cancellationToken);
        foreach (var line in call.GetValue(GlobalOptions.Json) ? report.JsonLines() : report.Table())
            await Console.Out.WriteLineAsync(line);
        if (request.Save)
            await report.WriteAsync(SavedResults.Directory(), cancellationToken);
        return 0;
    }

    private static async Task<int> RunSentryAsync(ParseResult call, LoadRequest request, CancellationToken cancellationToken)
    {
        var report = SentryScenario.Run(request.LabelledDirectory);
        foreach (var line in call.GetValue(GlobalOptions.Json) ? report.JsonLines() : report.Table())
            await Console.Out.WriteLineAsync(line);
        if (request.Save)
            await report.WriteAsync(SavedResults.Directory(), $"./trackhub load {SentryScenario.Name}{(request.LabelledDirectory is null ? "" : " --labelled NAB")} --save", cancellationToken);
        return 0;
    }

    // Starts what it measures itself, so it needs no running system and has figures of its own.
    private static async Task<int> RunBrokerAsync(ParseResult call, LoadRequest request, CancellationToken cancellationToken)
    {
        var directory = call.MachineData().Directory("load-broker");
        try
        {
            var unit = TimeSpan.FromSeconds(request.DurationSeconds);
            var report = await new BrokerScenario(directory, unit, call.InvocationConfiguration.Error, TimeProvider.System).RunAsync(cancellationToken);
            foreach (var line in call.GetValue(GlobalOptions.Json) ? report.JsonLines() : report.Table())
                await Console.Out.WriteLineAsync(line);
            if (request.Save)
                await report.WriteAsync(SavedResults.Directory(), $"./trackhub load {BrokerScenario.Name} --duration {request.DurationSeconds} --save", cancellationToken);
            return 0;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
