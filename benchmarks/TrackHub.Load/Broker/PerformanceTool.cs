using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrackHub.Cli;
using TrackHub.Cli.Testing;
using TrackHub.Load.Measuring;

namespace TrackHub.Load.Broker;

/// <summary>librdkafka's own measuring program, <c>rdkafka_performance</c>: one producer or consumer in C, as fast as it goes or at a rate.</summary>
/// <param name="program">Path of it.</param>
/// <param name="directory">Where it may leave files.</param>
internal sealed partial class PerformanceTool(string program, string directory)
{
    /// <summary>Bytes of a record's value.</summary>
    public const int RecordBytes = 300;

    /// <summary>How long a producer gathers, in milliseconds.</summary>
    public const int LingerMs = 5;

    /// <summary>Makes it at the first call, from the librdkafka source that the launcher builds from.</summary>
    /// <exception cref="CommandException">It cannot be made; the script says why.</exception>
    public static async Task<PerformanceTool> PrepareAsync(string directory, CancellationToken cancellationToken)
    {
        var output = await RunAsync("bash", [Path.Combine(Clone.Root(), "deploy", "native", "performance.sh")], cancellationToken);
        return new(output.Trim(), directory);
    }

    /// <summary>Produces records to all partitions, acks=all, uncompressed.</summary>
    /// <returns>Records a second that were acknowledged.</returns>
    public async Task<double> ProduceAsync(string bootstrap, string topic, long records, CancellationToken cancellationToken) =>
        RateOf(await RunAsync(program, Produce(bootstrap, topic, records), cancellationToken), records);

    /// <summary>Consumes records from all partitions, from the first on.</summary>
    /// <returns>Records a second, from the first one that came.</returns>
    public async Task<double> ConsumeAsync(string bootstrap, string topic, int partitions, long records, CancellationToken cancellationToken)
    {
        List<string> arguments = ["-C", "-b", bootstrap, "-t", topic, "-o", "beginning", "-c", Text(records), "-q"];
        for (var partition = 0; partition < partitions; partition++)
            arguments.AddRange(["-p", Text(partition)]);
        return RateOf(await RunAsync(program, arguments, cancellationToken), records);
    }

    /// <summary>Produces at a rate and measures each record's acknowledgement.</summary>
    /// <returns>
    /// From the call to the report, the linger included; and from sending a request to its answer, of each second the 99th
    /// percentile as librdkafka's statistics have it.
    /// </returns>
    public async Task<(LatencyHistogram Call, LatencyHistogram RoundTripP99)> AcknowledgeAsync(
        string bootstrap, string topic, int rate, long records, int lingerMs, CancellationToken cancellationToken)
    {
        var (latencies, statistics) = (Path.Combine(directory, "latencies.txt"), Path.Combine(directory, "statistics.jsonl"));
        List<string> arguments =
        [
            .. Produce(bootstrap, topic, records, lingerMs), "-l", "-A", latencies, "-r", Text(rate), "-T", "1000", "-Y", $"cat > {statistics}",
        ];
        RateOf(await RunAsync(program, arguments, cancellationToken), records);

        var (call, roundTrip) = (new LatencyHistogram(), new LatencyHistogram());
        foreach (var line in File.ReadLines(latencies).Skip((int)(records / 10)))   // connecting and warming up
            call.Record(TimeSpan.FromMicroseconds(long.Parse(line, CultureInfo.InvariantCulture)));
        foreach (var microseconds in File.ReadLines(statistics).SelectMany(RoundTripsP99))
            roundTrip.Record(TimeSpan.FromMicroseconds(microseconds));
        return (call, roundTrip);
    }

    private static List<string> Produce(string bootstrap, string topic, long records, int lingerMs = LingerMs) =>
    [
        "-P", "-b", bootstrap, "-t", topic, "-s", Text(RecordBytes), "-c", Text(records), "-a", "-1", "-X", $"linger.ms={Text(lingerMs)}", "-q",
    ];

    private static IEnumerable<long> RoundTripsP99(string statistics)
    {
        using var document = JsonDocument.Parse(statistics);
        return [.. document.RootElement.GetProperty("brokers").EnumerateObject().Select(static broker => broker.Value.GetProperty("rtt"))
            .Where(static rtt => rtt.GetProperty("cnt").GetInt64() > 100)
            .Select(static rtt => rtt.GetProperty("p99").GetInt64())];
    }

    private static double RateOf(string output, long records)
    {
        var result = Summary().Match(output);
        return result.Success && long.Parse(result.Groups["done"].Value, CultureInfo.InvariantCulture) >= records
            ? double.Parse(result.Groups["rate"].Value, CultureInfo.InvariantCulture)
            : throw new CommandException($"rdkafka_performance did not get {records} records through: {output}");
    }

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        try
        {
            // The tool warns of its own settings there at every start, so it is shown only when something failed.
            var complaints = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0
                ? output
                : throw new CommandException($"{Path.GetFileName(program)} failed (exit code {process.ExitCode}): {output}{await complaints}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // "… N delivered (offset …) in …ms: R msgs/s …" of a producer, "N messages (… bytes) consumed in …ms: R msgs/s …" of a consumer.
    [GeneratedRegex(@"(?<done>\d+) (delivered \(|messages \(\d+ bytes\) consumed).*?ms: (?<rate>\d+) msgs/s", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Summary();
}
