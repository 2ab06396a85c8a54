using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Database;
using TrackHub.ConsoleApi.Describing;
using TrackHub.ConsoleApi.Performance.Asking;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.ConsoleApi.Performance.Mocking;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Performance.Anomalies;

/// <summary>What an operator says of an anomaly.</summary>
/// <param name="Status">investigating, resolved or ignored.</param>
internal sealed record StatusChange(string? Status);

/// <summary>The hand of operators on anomalies.</summary>
internal static class StatusEndpoint
{
    private const string Lock = $"select {AnomalyRow.Columns} from performance_anomalies a where id = $1 for update";
    private const string Set = $"update performance_anomalies a set status = $2 where id = $1 returning {AnomalyRow.Columns}";
    private const string Note = "select note_change($1, 'anomaly.status', $2, jsonb_build_object('brand', $3, 'from', $4, 'to', $5))";

    /// <summary>Maps <c>PATCH /anomalies/{id}</c>.</summary>
    public static void MapAnomalyStatus(this IEndpointRouteBuilder performance) => performance.MapPatch("/anomalies/{id}", PatchAsync)
        .Describe(
            "SetPerformanceAnomalyStatus", "Says what became of an anomaly.", Problems.Malformed("No such status."), Problems.NotFound, Impossible(AnomalyStatus.Resolved, AnomalyStatus.New), Problems.ContentType,
            Problems.TooLarge, MockFilter.NotAllowed)
        .WithDescription(
            "new → investigating, resolved, ignored; investigating → resolved, ignored; ignored → investigating, resolved; resolved → investigating. The status it has already changes nothing. "
            + "Each change goes to the audit log: who, when, from, to.")
        .Produces<PerformanceAnomaly>()
        .ForRole(AccessRole.Operator)
        .AnswersMock(Mock);

    /// <summary>Sets the status of one.</summary>
    /// <returns>200 the anomaly; 400 no such status; 404 no such anomaly of the caller's tenant; 409 that does not follow the status it has.</returns>
    internal static async Task<IResult> PatchAsync(
        [Description("The anomaly.")] string id, StatusChange change, Caller caller, TenantDatabase database, CancellationToken aborted)
    {
        if (!Guid.TryParse(id, out var anomaly))
            return Problems.NotFound;

        return await database.RunAsync(
            caller,
            async tenant =>
            {
                if (await OneAsync(tenant, Lock, aborted, anomaly) is not { } was)
                    return Problems.NotFound;
                if (!Asked.TryWord<AnomalyStatus>("status", change.Status, out var wanted, out var problem))
                    return problem;
                if (was.Status == wanted)
                    return Answer(was);
                if (!StatusWorkflow.After(was.Status).Contains(wanted))
                    return Impossible(was.Status, wanted);

                var now = await OneAsync(tenant, Set, aborted, anomaly, ContractText<AnomalyStatus>.Of(wanted));
                await NoteAsync(tenant, caller, was, wanted, aborted);
                return Answer(now!);
            },
            aborted);
    }

    private static IResult Mock(EndpointFilterInvocationContext call)
    {
        if (!Guid.TryParse(call.GetArgument<string>(0), out var id))
            return Problems.NotFound;
        return Asked.TryWord<AnomalyStatus>("status", call.Arguments.OfType<StatusChange>().Single().Status, out var wanted, out var problem)
            ? Answer(MockAnomalies.One("mockbrand000", id, wanted))
            : problem;
    }

    private static IResult Answer(PerformanceAnomaly anomaly) => Results.Json(anomaly, PerformanceJson.Default.PerformanceAnomaly);

    private static Problem Impossible(AnomalyStatus from, AnomalyStatus to) => new(
        StatusCodes.Status409Conflict,
        "transition_impossible",
        $"The anomaly is {ContractText<AnomalyStatus>.Of(from)} and cannot become {ContractText<AnomalyStatus>.Of(to)}: "
        + $"set {string.Join(" or ", StatusWorkflow.After(from).Select(ContractText<AnomalyStatus>.Of))}.");

    private static async Task<PerformanceAnomaly?> OneAsync(NpgsqlConnection tenant, string sql, CancellationToken aborted, params object[] values)
    {
        await using var command = Command(tenant, sql, values);
        await using var reader = await command.ExecuteReaderAsync(aborted);
        return await reader.ReadAsync(aborted) ? AnomalyRow.Read(reader) : null;
    }

    private static async Task NoteAsync(NpgsqlConnection tenant, Caller caller, PerformanceAnomaly was, AnomalyStatus wanted, CancellationToken aborted)
    {
        await using var command = Command(tenant, Note, caller.Actor, was.Id, was.BrandId, ContractText<AnomalyStatus>.Of(was.Status), ContractText<AnomalyStatus>.Of(wanted));
        await command.ExecuteNonQueryAsync(aborted);
    }

    private static NpgsqlCommand Command(NpgsqlConnection tenant, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, tenant);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }
}
