using TrackHub.Platform.Replaying;

namespace TrackHub.ConsoleApi.Replaying;

/// <summary>Body of <c>POST /api/v1/dead-letters/redrive</c>: which dead letters of a brand go back. What is absent does not narrow.</summary>
/// <param name="BrandId">One of your brands.</param>
/// <param name="Ids">These letters.</param>
/// <param name="PixelId">On their way to this pixel.</param>
/// <param name="Role">Given up by this role: ingress, matcher, dispatcher, ledger or metrics.</param>
/// <param name="Reason">For this reason: exhausted, malformed …</param>
/// <param name="EventId">Of this event.</param>
/// <param name="From">Given up not before: an ISO 8601 time or a duration ago (2h).</param>
/// <param name="To">Given up not after, in the same words.</param>
/// <param name="DryRun">Only tell what would come of it; absent: false.</param>
/// <param name="Rate">Letters a second at most, 1 to 100,000; absent: 500.</param>
internal sealed record RedriveRequest(
    string? BrandId, string[]? Ids, string? PixelId, string? Role, string? Reason, string? EventId, string? From, string? To, bool? DryRun, int? Rate);

/// <summary>A redrive: what was ordered, how far it is, and what came of the letters.</summary>
/// <param name="Id">Its id.</param>
/// <param name="BrandId">The brand whose letters go back.</param>
/// <param name="State">running or done.</param>
/// <param name="DryRun">Nothing is sent or changed.</param>
/// <param name="Actor">Who ordered it: <c>user:…</c> or <c>key:…</c>.</param>
/// <param name="Rate">Letters a second at most.</param>
/// <param name="Letters">Letters that it is about; 0 until it is begun.</param>
/// <param name="Counts">Letters by what came of them: send, skipped_delivered, already_redriven, gone, needs_operator …; what did not occur is absent.</param>
/// <param name="CreatedAt">When it was ordered.</param>
/// <param name="UpdatedAt">When something of it was done last.</param>
/// <param name="EndedAt">When it ended; null while it runs.</param>
internal sealed record RedriveState(
    Guid Id, string BrandId, string State, bool DryRun, string Actor, int Rate, long Letters, IReadOnlyDictionary<string, long> Counts, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? EndedAt)
{
    /// <summary>A redrive as the API shows it.</summary>
    public static RedriveState Of(RedriveOrder order) => new(
        order.Id, order.Filter.BrandId!, order.State, order.IsTrial, order.Actor, order.Rate, order.Letters, order.Counts, order.CreatedAt, order.UpdatedAt, order.EndedAt);
}
