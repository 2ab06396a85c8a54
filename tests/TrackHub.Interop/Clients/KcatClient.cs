using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TrackHub.Interop.Clients;

/// <summary>kcat, a process for each thing it does.</summary>
internal sealed partial class KcatClient : ForeignClient
{
    private const string Limit = "120";   // seconds after which timeout(1) ends it: so it does not outlive a test run that was killed

    private readonly string _bootstrapServers;
    private string _version = "";

    private KcatClient(ClientFacts facts, string bootstrapServers)
        : base(facts) => _bootstrapServers = bootstrapServers;

    public override string Version => _version;

    /// <summary>Asks kcat what it is.</summary>
    /// <param name="facts">What it can do.</param>
    /// <param name="bootstrapServers">The log it talks to.</param>
    public static async Task<ForeignClient> StartAsync(ClientFacts facts, string bootstrapServers)
    {
        var client = new KcatClient(facts, bootstrapServers);
        var versions = Versions().Match(System.Text.Encoding.UTF8.GetString(await client.RunAsync([], "-V")));
        client._version = $"{versions.Groups["kcat"]} over librdkafka {versions.Groups["library"]}";
        return client;
    }

    public override Task CreateTopicAsync(string topic, int partitions) => throw NoCommand();

    public override Task GrowTopicAsync(string topic, int partitions) => throw NoCommand();

    public override Task DeleteTopicAsync(string topic) => throw NoCommand();

    public override Task<string> ReadSettingAsync(string topic, string name) => throw NoCommand();

    public override Task AlterSettingAsync(string topic, string name, string value) => throw NoCommand();

    public override Task<GroupSight> LookAtGroupAsync(string group, string topic, int partitions) => throw NoCommand();

    public override Task DeleteGroupAsync(string group) => throw NoCommand();

    public override Task DeleteRecordsAsync(string topic, int partition, long before) => throw NoCommand();

    public override async Task WriteAsync(string topic, string codec, bool idempotent, IReadOnlyList<ClientRecord> records)
    {
        // Partition, headers and the sense of what is empty are one for a whole call.
        foreach (var run in Runs(records))
        {
            await RunAsync(
                KcatRecords.Write(run),
                [
                    "-P", "-t", topic, "-p", Text(run[0].Partition), "-z", codec, "-K", KcatRecords.KeyBorder, "-D", KcatRecords.RecordBorder,
                    "-X", "linger.ms=20", "-X", "acks=all", "-X", $"enable.idempotence={(idempotent ? "true" : "false")}",
                    .. KcatRecords.NeedsEmptyAsNull(run[0]) ? ["-Z"] : Array.Empty<string>(), .. run[0].Headers.SelectMany(Header),
                ]);
        }
    }

    public override async Task<IReadOnlyList<ClientRecord>> ReadAsync(string topic, int partitions, int count) =>
        await ReadAsync("-C", "-t", topic, "-e");

    public override async Task<Sought> SeekAsync(string topic, int partitions, long time, int count)
    {
        var asked = Enumerable.Range(0, partitions).SelectMany(partition => new[] { "-t", string.Create(CultureInfo.InvariantCulture, $"{topic}:{partition}:{time}") });
        var found = Positions().Matches(System.Text.Encoding.UTF8.GetString(await RunAsync([], ["-Q", .. asked])))
            .ToDictionary(static match => Number(match, "partition"), static match => Number(match, "offset"));
        var ends = (await ReadAsync(topic, partitions, count)).ToLookup(static record => record.Partition);
        return new(
            [.. Enumerable.Range(0, partitions).Select(partition => found[partition] < 0 ? ends[partition].Count() : found[partition])],
            await ReadAsync("-C", "-t", topic, "-e", "-o", string.Create(CultureInfo.InvariantCulture, $"s@{time}")));
    }

    public override async Task<string?> BeginTransactionAsync()
    {
        var (code, _, errors) = await EndAsync([], ["-P", "-t", "any", "-X", "transactional.id=any"]);
        return code == 0 ? null : errors;
    }

    public override Task<string?> JoinNewGroupAsync(string group, string topic) => throw new NotSupportedException("Its librdkafka knows no such group.");

    public override Task<GroupMember> JoinAsync(string group, string topic, bool cooperative = false)
    {
        var process = Peer.Start(new ProcessStartInfo("timeout",
        [
            Limit, "kcat", "-b", _bootstrapServers, "-G", group, "-u", "-f", KcatRecords.Format, "-X", "auto.offset.reset=earliest",
            "-X", "fetch.wait.max.ms=100", "-X", "session.timeout.ms=10000", "-X", "heartbeat.interval.ms=200",
            .. cooperative ? ["-X", "partition.assignment.strategy=cooperative-sticky"] : Array.Empty<string>(), topic,
        ]));
        var member = new GroupMember(static () => Task.CompletedTask, async () =>
        {
            // Once: the second signal ends kcat at once, and it leaves without a word. timeout(1) passes it on.
            using var kill = Process.Start("kill", ["-TERM", Text(process.Id)]);
            await process.WaitForExitAsync();
        });
        _ = FollowAsync(process, member);
        return Task.FromResult(member);
    }

    private static NotSupportedException NoCommand() => new("kcat has no command for it.");

    private static async Task FollowAsync(Process process, GroupMember member)
    {
        var assignments = FollowAssignmentsAsync(process.StandardError, member);
        await foreach (var record in KcatRecords.ReadAsync(process.StandardOutput.BaseStream))
            member.Met(record);
        await assignments;
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static async Task FollowAssignmentsAsync(StreamReader errors, GroupMember member)
    {
        while (await errors.ReadLineAsync() is { } line)
        {
            if (line.Contains("ERROR", StringComparison.Ordinal))
                member.Failed(line);
            else if (line.Contains("rebalanced", StringComparison.Ordinal))
                Tell(member, line, Partitions().Matches(line).Select(static match => (int)Number(match, "partition")));
        }
    }

    private static void Tell(GroupMember member, string line, IEnumerable<int> partitions)
    {
        if (line.Contains("revoke", StringComparison.Ordinal))
            member.Loses(partitions);
        else
            member.Gains(partitions);
    }

    private static List<List<ClientRecord>> Runs(IReadOnlyList<ClientRecord> records)
    {
        var runs = new List<List<ClientRecord>>();
        foreach (var record in records)
        {
            if (runs.Count == 0 || Border(runs[^1][0]) != Border(record))
                runs.Add([]);
            runs[^1].Add(record);
        }

        return runs;

        static string Border(ClientRecord record) => $"{record.Partition} {KcatRecords.NeedsEmptyAsNull(record)} {string.Join(',', record.Headers)}";
    }

    private static IEnumerable<string> Header(ClientHeader header) =>
        ["-H", header.Value is null ? header.Name : $"{header.Name}={System.Text.Encoding.UTF8.GetString(header.Value)}"];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(Match match, string group) => long.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private async Task<IReadOnlyList<ClientRecord>> ReadAsync(params string[] arguments)
    {
        using var output = new MemoryStream(await RunAsync([], [.. arguments, "-q", "-X", "check.crcs=true", "-f", KcatRecords.Format]));
        return await KcatRecords.ReadAsync(output).ToListAsync();
    }

    private async Task<byte[]> RunAsync(byte[] input, params IReadOnlyList<string> arguments)
    {
        var (code, output, errors) = await EndAsync(input, arguments);
        code.ShouldBe(0, $"kcat {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    private async Task<(int Code, byte[] Output, string Errors)> EndAsync(byte[] input, IReadOnlyList<string> arguments)
    {
        using var process = Peer.Start(new ProcessStartInfo("timeout", [Limit, "kcat", "-b", _bootstrapServers, .. arguments]));
        using var output = new MemoryStream();
        var errors = process.StandardError.ReadToEndAsync();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.StandardInput.BaseStream.WriteAsync(input);
        process.StandardInput.Close();
        await reading;
        await process.WaitForExitAsync();
        return (process.ExitCode, output.ToArray(), await errors);
    }

    [GeneratedRegex(@"Version (?<kcat>\S+) .*librdkafka (?<library>[\d.]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Versions();

    [GeneratedRegex(@"\[(?<partition>\d+)\]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Partitions();

    [GeneratedRegex(@"\[(?<partition>\d+)\] offset (?<offset>-?\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Positions();
}
