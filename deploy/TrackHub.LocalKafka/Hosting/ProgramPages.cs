using System.Globalization;
using System.Runtime.InteropServices;

namespace TrackHub.LocalKafka.Hosting;

/// <summary>
/// The parts of program files that the runtime reads while it loads types and compiles: some 15 MB after a start, of no use to code that runs. Released,
/// they stay in the system's page cache, and a part that is wanted again is mapped again without reading the disk.
/// </summary>
/// <remarks>
/// Only shared read-only mappings of assemblies: nothing in those can be lost, whatever happens meanwhile. Those not seen before are left for the next
/// time, for an assembly on its way in may be mapped for a moment only. Not thread-safe. Source: proc_pid_maps(5), madvise(2).
/// </remarks>
internal sealed class ProgramPages
{
    private const int DontNeed = 4;   // MADV_DONTNEED on every Linux architecture .NET runs on

    private HashSet<string> _seen = [];

    /// <summary>Releases those of assemblies that were loaded at the last call too.</summary>
    /// <returns>Bytes of address space, resident or not.</returns>
    public long Release()
    {
        var mapped = File.ReadLines("/proc/self/maps").Where(IsReadFromAssembly).ToHashSet(StringComparer.Ordinal);
        var released = 0L;
        foreach (var mapping in mapped.Where(_seen.Contains))
        {
            var (start, bytes) = Range(mapping);
            if (Native.Advise(start, bytes, DontNeed) == 0)
                released += (long)bytes;
        }

        _seen = mapped;
        return released;
    }

    /// <summary>Whether a line of /proc/self/maps is a shared read-only mapping of an assembly.</summary>
    internal static bool IsReadFromAssembly(string mapping) =>
        mapping.Contains(" r--s ", StringComparison.Ordinal) && mapping.EndsWith(".dll", StringComparison.Ordinal);

    /// <summary>Where it begins and how long it is.</summary>
    internal static (nint Start, nuint Bytes) Range(string mapping)
    {
        var (dash, space) = (mapping.IndexOf('-', StringComparison.Ordinal), mapping.IndexOf(' ', StringComparison.Ordinal));
        var start = nint.Parse(mapping.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var end = nint.Parse(mapping.AsSpan((dash + 1)..space), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return (start, (nuint)(end - start));
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "madvise", SetLastError = false)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Advise(nint start, nuint bytes, int advice);
    }
}
