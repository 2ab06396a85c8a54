using System.Diagnostics;
using System.Globalization;

namespace TrackHub.Testing;

/// <summary>A process with all that descend from it: PostgreSQL's server processes go on when their postmaster alone is stopped.</summary>
public static class ProcessTree
{
    /// <summary>The process and its descendants, parents first.</summary>
    public static IReadOnlyList<int> Of(int processId)
    {
        var children = Directory.EnumerateDirectories("/proc").Select(static path => Path.GetFileName(path))
            .Where(static name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(static name => (Id: int.Parse(name, CultureInfo.InvariantCulture), Parent: ParentOf(name)))
            .ToLookup(static process => process.Parent, static process => process.Id);
        var found = new List<int> { processId };
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children[found[i]]);
        return found;
    }

    /// <summary>Sends a signal to all of them: STOP, CONT, KILL …</summary>
    public static void Signal(string name, int processId)
    {
        using var kill = Process.Start("kill", ["-" + name, .. Of(processId).Select(static id => id.ToString(CultureInfo.InvariantCulture))]);
        kill.WaitForExit();
    }

    private static int ParentOf(string processId)
    {
        try
        {
            // Field 4 of proc(5)'s stat; the name before it may hold blanks and brackets.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
