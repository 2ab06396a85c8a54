using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Database;
using TrackHub.ConsoleApi.Describing;
using TrackHub.ConsoleApi.Performance.Asking;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Replaying;

/// <summary>Sending a range of a brand's events again. Here it is ordered and looked at; the dispatcher carries it out.</summary>
internal static class ReplayEndpoints
{
    private const string Route = "/api/v1/replays";

    private static readonly Problem InProgress = new(
        StatusCodes.Status409Conflict, "replay_in_progress", "A replay of a part of that range is at work. Wait for its end, or stop it with DELETE if it is yours.");

    private static readonly Problem NothingThere = Problems.Malformed("The topic has no record in that range: begin earlier, or end later.");

    private static readonly Problem LogUnavailable = new(StatusCodes.Status503ServiceUnavailable, "log_unavailable", "The log does not answer, and nothing was started. Try again.")
    {
        RetryAfter = 2,
    };

    /// <summary>Maps them.</summary>
    public static void MapReplays(this IEndpointRouteBuilder routes)
    {
        var replays = routes.MapGroup(Route).WithTags("Replays");
        replays.MapPost("", PostAsync)
            .Describe(
                "StartReplay", "Sends a range of a brand's events again: what Meta has is skipped.", Problems.Malformed("A member, with its value and the remedy."), Problems.NotFound, InProgress, Problems.ContentType,
                Problems.TooLarge, LogUnavailable)
            .WithDescription(
                "The range's end is frozen now. Each record is judged like a new one: delivered ones cost no call, consent and suppression are asked anew, and what is older than seven days is refused. "
                + "One replay of a range at a time. Start, stop and end go to the audit log.")
            .Produces<ReplayState>(StatusCodes.Status202Accepted)
            .ForRole(AccessRole.Operator);
        replays.MapGet("/{id}", GetAsync)
            .Describe("ShowReplay", "One replay: how far it is, and what was done with its records.", Problems.NotFound)
            .Produces<ReplayState>()
            .ForRole(AccessRole.Viewer);
        replays.MapDelete("/{id}", DeleteAsync)
            .Describe("StopReplay", "Stops a replay where it is.", Problems.NotFound)
            .WithDescription("What it sent stays sent. One that has ended stays as it is.")
            .Produces<ReplayState>()
            .ForRole(AccessRole.Operator);
    }

    /// <summary>Starts one.</summary>
    /// <returns>202 with its address; 400 a member, or nothing in the range; 404 no such brand of the caller's tenant; 409 another is in the way; 503 the log is away.</returns>
    internal static async Task<IResult> PostAsync(ReplayRequest request, Caller caller, TenantDatabase database, RangeReader log, TimeProvider clock, CancellationToken aborted)
    {
        if (!Asked.TryBrand(request.BrandId, out var brandId, out var problem))
            return problem;
        if (await database.RunAsync(caller, tenant => BrandView.FindAsync(tenant, brandId, aborted), aborted) is null)
            return Problems.NotFound;
        if (!TryRead(request, brandId, clock.GetUtcNow(), out var wish, out problem))
            return problem;

        IReadOnlyList<LogRange> ranges;
        try
        {
            ranges = await log.FindAsync(wish.Topic, wish.From, wish.To, aborted);
        }
        catch (DependencyAwayException)
        {
            return LogUnavailable;
        }

        if (ranges.Count == 0)
            return NothingThere;
        var (started, _) = await database.RunAsync(
            caller, tenant => ReplayTable.StartAsync(tenant, Guid.CreateVersion7(clock.GetUtcNow()), wish, ranges, request.Rate ?? ReplayDesk.UsualRate, caller.Actor, aborted), aborted);
        return started is null ? InProgress : Results.Accepted($"{Route}/{started.Id}", ReplayState.Of(started));
    }

    /// <summary>Shows one.</summary>
    /// <returns>200 the replay; 404 no such replay of a brand of the caller's tenant.</returns>
    internal static async Task<IResult> GetAsync([Description("The replay.")] string id, Caller caller, TenantDatabase database, CancellationToken aborted) =>
        Guid.TryParse(id, out var replay) && await database.RunAsync(caller, tenant => ReplayTable.FindAsync(tenant, replay, aborted), aborted) is { } found
            ? Results.Ok(ReplayState.Of(found))
            : Problems.NotFound;

    /// <summary>Stops one.</summary>
    /// <returns>200 the replay as it now is; 404 no such replay of a brand of the caller's tenant.</returns>
    internal static async Task<IResult> DeleteAsync([Description("The replay.")] string id, Caller caller, TenantDatabase database, CancellationToken aborted) =>
        Guid.TryParse(id, out var replay)
        && await database.RunAsync(
            caller, async tenant => await ReplayTable.CancelAsync(tenant, replay, caller.Actor, aborted) ?? await ReplayTable.FindAsync(tenant, replay, aborted), aborted) is { } stopped
            ? Results.Ok(ReplayState.Of(stopped))
            : Problems.NotFound;

    private static bool TryRead(ReplayRequest request, string brandId, DateTimeOffset now, [NotNullWhen(true)] out ReplayWish? wish, [NotNullWhen(false)] out Problem? problem)
    {
        wish = null;
        var topic = request.Topic ?? ReplayDesk.Replayable[0];
        LogPlace? to = null;
        problem = !ReplayDesk.Replayable.Contains(topic) ? Problems.Malformed($"topic is '{Asked.Shown(topic)}': give one of {string.Join(", ", ReplayDesk.Replayable)}.")
            : request.Rate is < 1 or > ReplayDesk.MaxRate ? Problems.Malformed($"rate is {request.Rate}: give 1 to {ReplayDesk.MaxRate} records a second.")
            : null;
        if (problem is not null || !Asked.TryPlace("from", request.From, now, out var from, out problem) || (request.To is not null && !TryEnd(request.To, now, out to, out problem)))
            return false;

        (wish, problem) = (new(topic, from, to, brandId), null);
        return true;
    }

    private static bool TryEnd(string text, DateTimeOffset now, out LogPlace? to, [NotNullWhen(false)] out Problem? problem)
    {
        var isPlace = Asked.TryPlace("to", text, now, out var place, out problem);
        to = place;
        return isPlace;
    }
}
