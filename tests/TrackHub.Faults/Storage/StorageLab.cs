using System.Diagnostics;
using System.Globalization;
using TrackHub.Faults.Lab;
using TrackHub.Testing;

namespace TrackHub.Faults.Storage;

/// <summary>A lab whose PostgreSQL commits late unless told otherwise, and may be put on a disk that is too small.</summary>
/// <remarks>
/// The system runs in a mount namespace of its own, so that what is mounted for it is gone with its last process, however that ends. As root that
/// takes CAP_SYS_ADMIN, else user namespaces, which Debian's kernel gives to everybody; a container may forbid both, and then its tests fail and say so.
/// </remarks>
public sealed class StorageLab : FaultLab
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Of whoever may mount: root, or one who is root in a user namespace of his own and himself elsewhere.
    private static readonly string[] Namespace = Environment.IsPrivilegedProcess ? ["--mount"] : ["--user", "--map-current-user", "--mount"];
    private static readonly string[] Entry = Environment.IsPrivilegedProcess ? ["--mount"] : ["--user", "--preserve-credentials", "--mount"];

    /// <summary>Makes one; nothing runs yet.</summary>
    public StorageLab()
        : base(["unshare", .. Namespace])
    {
    }

    private string Cluster => Path.Combine(Machine.Data, "postgres");

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        await RunAsync(["unshare", .. Namespace, "true"]);
        await base.InitializeAsync();
        await using var command = Postgres.CreateCommand("alter system set synchronous_commit = off");
        await command.ExecuteNonQueryAsync();
        await using var reload = Postgres.CreateCommand("select pg_reload_conf()");
        await reload.ExecuteNonQueryAsync();
    }

    /// <summary>Moves PostgreSQL's cluster to a disk of its own, while the system runs. The supervisor sees a server that stopped.</summary>
    /// <param name="atLeastMegabytes">Size of the disk; more if the cluster needs more.</param>
    public async Task MoveToSmallDiskAsync(int atLeastMegabytes)
    {
        var (supervisor, server) = (Machine.Supervisor(), Services.Pid(LabServices.Postgres));
        Machine.Signal("STOP", supervisor);
        try
        {
            Machine.Signal("INT", server);
            await Eventually.Holds(() => !Directory.Exists($"/proc/{server}"), Patience);
            await InsideAsync("""
                set -e
                used=$(du -sm "$1" | cut -f1); size=$((used + 24)); [ $size -gt $2 ] || size=$2
                mv "$1" "$1.disk"; mkdir -m 700 "$1"
                mount -t tmpfs -o size=${size}m,mode=0700 tmpfs "$1"
                chown --reference="$1.disk" "$1"
                cp -a "$1.disk/." "$1/"
                """, atLeastMegabytes.ToString(CultureInfo.InvariantCulture));
        }
        finally
        {
            Machine.Signal("CONT", supervisor);
        }

        await Services.AreAgainAsync(new Dictionary<string, int> { [LabServices.Postgres] = server });
    }

    /// <summary>Leaves no byte free on that disk.</summary>
    public Task FillDiskAsync() => InsideAsync("""dd if=/dev/zero of="$1/ballast" bs=4k 2>/dev/null; [ "$(df --output=avail "$1" | tail -1)" -eq 0 ]""");

    /// <summary>Makes that disk 256 MB larger.</summary>
    public Task EnlargeDiskAsync() => InsideAsync("""mount -o remount,size=$(( $(df --output=size -m "$1" | tail -1) + 256 ))m "$1" """);

    private Task InsideAsync(string script, string argument = "") =>
        RunAsync(["nsenter", "--target", $"{Machine.Supervisor()}", "--root", .. Entry, "sh", "-c", script, "disk", Cluster, argument]);

    private static async Task RunAsync(IReadOnlyList<string> command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{command[0]} ended with code {process.ExitCode}: {await error}{await output} This test mounts a disk: it needs root with CAP_SYS_ADMIN, or user namespaces.");
        }
    }
}

/// <summary>Tests of one lab follow one another; the other lab works beside it, both wait most of the time.</summary>
[CollectionDefinition(nameof(StorageLab))]
public sealed class StorageLabCollection : ICollectionFixture<StorageLab>;
