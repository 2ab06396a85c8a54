using System.Globalization;
using System.Text.Json.Serialization;

namespace TrackHub.Cli.Supervising;

/// <summary>A system that <c>up</c> runs: what the other commands need to reach it.</summary>
/// <param name="ProcessId">The supervisor.</param>
/// <param name="StartedTicks">Its start, so that a reused process id is not taken for it.</param>
/// <param name="PortBase">First port.</param>
/// <param name="Ready">Whether every service was ready once.</param>
/// <param name="Services">What it runs.</param>
internal sealed record RunningSystem(int ProcessId, long StartedTicks, int PortBase, bool Ready, IReadOnlyList<RunningService> Services)
{
    /// <summary>Whether that very process still runs.</summary>
    [JsonIgnore]
    public bool IsAlive => StartOf(ProcessId) == StartedTicks;

    /// <summary>Start time of a process in clock ticks since boot (field 22 of proc(5)'s stat); null if there is none.</summary>
    public static long? StartOf(int processId)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>This process as the supervisor.</summary>
    public static RunningSystem Ours(int portBase, bool ready, IReadOnlyList<RunningService> services) =>
        new(Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0, portBase, ready, services);
}

/// <summary>One service of a running system.</summary>
/// <param name="Name">Role or store.</param>
/// <param name="Address">Where it is reached.</param>
/// <param name="ProcessId">Its process.</param>
/// <param name="StartedTicks">That process's start.</param>
internal sealed record RunningService(string Name, string Address, int ProcessId, long StartedTicks)
{
    /// <summary>Whether that very process still runs.</summary>
    [JsonIgnore]
    public bool IsAlive => RunningSystem.StartOf(ProcessId) == StartedTicks;
}

/// <summary>JSON of the state files.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(RunningSystem))]
[JsonSerializable(typeof(DemoBrand))]
internal sealed partial class StateJson : JsonSerializerContext;
