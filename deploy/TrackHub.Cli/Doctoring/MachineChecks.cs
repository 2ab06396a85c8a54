using System.Globalization;
using TrackHub.Cli.Supervising;

namespace TrackHub.Cli.Doctoring;

/// <summary>What the machine gives: programs, room, handles, memory, time zones, the native Kafka client.</summary>
internal static class MachineChecks
{
    private const long Gigabyte = 1L << 30;

    // 16,384 connections of the ingress, and what a role opens beside.
    private const long OpenFiles = 20_000;

    private const string Zone = "America/Sao_Paulo";

    // Before it, librdkafka lacks an entry point that Confluent.Kafka calls at the first Consume.
    private static readonly Version OldestClient = new(2, 11, 0);

    /// <summary>Looks at the machine.</summary>
    /// <param name="data">The directory whose disk counts.</param>
    /// <param name="configuration">Says which servers are this machine's.</param>
    public static IEnumerable<Finding> Examine(MachineData data, SystemConfiguration configuration)
    {
        yield return Finding.Ok("machine: .NET", $"{Environment.Version} on {Environment.ProcessorCount} cores");
        yield return Client(Confluent.Kafka.Library.VersionString);
        if (configuration.RunsPostgres) yield return Program("PostgreSQL 15", PostgresService.Program, "postgresql-15");
        if (configuration.RunsRedis) yield return Program("Redis", OnPath("redis-server"), "redis-server");
        yield return Disk(NearestDirectory(data.Root));
        yield return Memory(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        yield return Files(File.ReadLines("/proc/self/limits"));
        yield return Finding.Expect(
            TimeZoneInfo.TryFindSystemTimeZoneById(Zone, out _), "machine: time zones", $"{Zone} is {(TimeZoneInfo.TryFindSystemTimeZoneById(Zone, out _) ? "known" : "not known")}",
            Verdict.Fault, "install tzdata");
    }

    /// <summary>The limit of open files, from the lines of <c>/proc/self/limits</c>. The runtime raises the soft limit to the hard one by itself.</summary>
    internal static Finding Files(IEnumerable<string> limits)
    {
        var line = limits.FirstOrDefault(static line => line.StartsWith("Max open files", StringComparison.Ordinal)) ?? "";
        var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [.., var last, "files"] ? last : "unknown";
        var enough = hard == "unlimited" || (long.TryParse(hard, CultureInfo.InvariantCulture, out var number) && number >= OpenFiles);
        return Finding.Expect(
            enough, "machine: open files", $"{hard} allowed, {OpenFiles} wanted", Verdict.Warning,
            "raise it: `ulimit -Hn 65536`, or LimitNOFILE=65536 in the unit; else connections are refused before Ingest:MaxConnections is reached");
    }

    /// <summary>The version of the native client.</summary>
    internal static Finding Client(string version) => Finding.Expect(
        Version.TryParse(version.Split('-')[0], out var parsed) && parsed >= OldestClient, "machine: librdkafka", version, Verdict.Fault,
        $"needs {OldestClient} or later: remove .packages/librdkafka.redist.*.nupkg and call ./trackhub again");

    private static Finding Program(string name, string? path, string package) => Finding.Expect(
        File.Exists(path), $"machine: {name}", File.Exists(path) ? path! : "not installed", Verdict.Fault, $"apt-get install {package}, or configure one that runs elsewhere");

    private static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    private static Finding Memory(long bytes) => Finding.Expect(
        bytes >= 2 * Gigabyte, "machine: memory", $"{bytes / (double)Gigabyte:0.0} GB, 2 GB wanted for all roles on one machine", Verdict.Warning,
        "give the machine more memory, or run fewer roles on it");

    private static Finding Disk(string directory)
    {
        var drive = new DriveInfo(directory);
        var (free, total) = (drive.AvailableFreeSpace, drive.TotalSize);
        return Finding.Expect(
            free >= 5 * Gigabyte, "machine: disk", $"{free / (double)Gigabyte:0.0} GB free of {total / (double)Gigabyte:0.0} GB at {directory}, 5 GB wanted",
            free >= Gigabyte ? Verdict.Warning : Verdict.Fault, "free some, or put the state on a larger disk with --data DIR: a full disk stops broker and PostgreSQL");
    }

    private static string NearestDirectory(string path)
    {
        var directory = new DirectoryInfo(path);
        while (!directory.Exists && directory.Parent is { } parent) directory = parent;
        return directory.FullName;
    }
}
