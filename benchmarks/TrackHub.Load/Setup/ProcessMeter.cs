using System.Globalization;

namespace TrackHub.Load.Setup;

/// <summary>What another process has cost so far, from /proc.</summary>
/// <param name="processId">The process.</param>
internal sealed class ProcessMeter(int processId)
{
    // USER_HZ: what proc(5) counts in, 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>CPU time in seconds, all threads, user and system.</summary>
    public double CpuSeconds
    {
        get
        {
            var stat = File.ReadAllText(Path("stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
        }
    }

    /// <summary>Resident memory in MB.</summary>
    public double ResidentMegabytes => Status("VmRSS:") / 1024;

    /// <summary>The most that was ever resident, in MB.</summary>
    public double PeakMegabytes => Status("VmHWM:") / 1024;

    private double Status(string name) =>
        Number(File.ReadLines(Path("status")).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal));

    private string Path(string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/{file}");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
