using System.Diagnostics;
using System.Globalization;
using TrackHub.Testing;

namespace TrackHub.LocalKafka.Faults.Disk;

/// <summary>A disk that is too small: a tmpfs in a mount namespace of its own, gone with it.</summary>
/// <remarks>
/// As root that takes CAP_SYS_ADMIN, else user namespaces, which Debian's kernel gives to everybody; a container may forbid both, and then its tests
/// fail and say so.
/// </remarks>
internal sealed class SmallDisk : IAsyncDisposable
{
    // Of whoever may mount: root, or one who is root in a user namespace of his own and himself elsewhere.
    private static readonly string[] Namespace = Environment.IsPrivilegedProcess ? ["--mount"] : ["--user", "--map-current-user", "--mount"];
    private static readonly string[] EntryFlags = Environment.IsPrivilegedProcess ? ["--mount"] : ["--user", "--preserve-credentials", "--mount"];

    private readonly Process _holder;

    private SmallDisk(Process holder, string directory)
    {
        (_holder, Directory) = (holder, directory);
        Entry = ["nsenter", "--target", holder.Id.ToString(CultureInfo.InvariantCulture), "--root", "--wd", .. EntryFlags];
    }

    /// <summary>Where it is mounted, for those inside.</summary>
    public string Directory { get; }

    /// <summary>What a command starts with to see it.</summary>
    public IReadOnlyList<string> Entry { get; }

    /// <summary>Mounts one.</summary>
    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var directory = TestFolder.Next("disk");
        // It is held until our end of its input closes.
        var holder = Start(["unshare", .. Namespace, "sh", "-c", """mount -t tmpfs -o size="$2"m tmpfs "$1" && echo mounted && exec cat""",
            "disk", directory, megabytes.ToString(CultureInfo.InvariantCulture)]);
        if (await holder.StandardOutput.ReadLineAsync() != "mounted")
        {
            throw new InvalidOperationException(
                $"{await holder.StandardError.ReadToEndAsync()} This test mounts a disk: it needs root with CAP_SYS_ADMIN, or user namespaces.");
        }

        return new SmallDisk(holder, directory);
    }

    /// <summary>Leaves no byte free.</summary>
    public Task FillAsync() => InsideAsync("""dd if=/dev/zero of="$1/ballast" bs=4k 2>/dev/null; [ "$(df --output=avail "$1" | tail -1)" -eq 0 ]""");

    /// <summary>Gives back what <see cref="FillAsync"/> took.</summary>
    public Task FreeAsync() => InsideAsync("""rm "$1/ballast" """);

    public async ValueTask DisposeAsync()
    {
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync();
        _holder.Dispose();
    }

    private async Task InsideAsync(string script)
    {
        using var process = Start([.. Entry, "sh", "-c", script, "disk", Directory]);
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{script} ended with code {process.ExitCode}: {error}");
    }

    private static Process Start(IReadOnlyList<string> command) => Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
