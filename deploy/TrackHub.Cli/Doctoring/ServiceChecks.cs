using TrackHub.Cli.Supervising;

namespace TrackHub.Cli.Doctoring;

/// <summary>What <c>up</c> runs on this machine, if it does.</summary>
internal static class ServiceChecks
{
    /// <summary>Asks each service whether it serves.</summary>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(MachineData data, Ports ports, CancellationToken cancellationToken)
    {
        if (data.ReadState() is not { } running) return [Finding.Ok("services", $"none run on {data.Root}; the checks below are of what is configured")];

        return await Task.WhenAll(running.Services.Select(async service =>
        {
            var reason = service.IsAlive ? await MachineServices.ProbeAsync(service.Name, data, ports, cancellationToken) : "its process has ended; it is started again";
            return Finding.Expect(
                reason is null, $"services: {service.Name}", reason is null ? $"serves {service.Address}" : $"not ready: {reason}",
                Verdict.Fault, $"mend what the reason names; its log: {data.LogFile(service.Name == "schema-registry" ? RoleNames.Broker : service.Name)}");
        }));
    }
}
