using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>
/// What stays of a window that more is written to than it holds, as <c>WindowWrite.lua</c> leaves it. Of events the first and the last touch; what no sale may
/// ask for any more goes first, then pages, then clicks, the older before the newer. Of links the newest.
/// </summary>
/// <remarks>
/// Events may be bounded before they are merged with those that are there: whatever is cut here would be cut there. For it is outranked by as many as the
/// window holds, of which only the first and the last can fall behind it, and each of them only for one that comes in its place.
/// </remarks>
internal static class WindowBound
{
    /// <summary>The members that stay, in their order.</summary>
    /// <param name="members">Each once, by score, those of one score by their bytes.</param>
    /// <param name="oldest">Events from before are over; Unix milliseconds.</param>
    public static IReadOnlyList<(long Score, byte[] Member)> Of(IReadOnlyList<(long Score, byte[] Member)> members, long oldest)
    {
        if (members.Count <= WindowStore.MaxMembers)
            return members;
        var live = members.Where(m => !WindowMember.IsEvent(m.Member) || m.Score >= oldest).ToList();
        var surplus = live.Count - WindowStore.MaxMembers;
        if (surplus <= 0)
            return live;
        var cut = new bool[live.Count];
        foreach (var clicks in (ReadOnlySpan<bool>)[false, true])
        {
            for (var i = 0; i < live.Count && surplus > 0; i++)
            {
                var isEvent = WindowMember.IsEvent(live[i].Member);
                if ((isEvent && WindowMember.KindOf(live[i].Member) == EventKind.Click) != clicks || (isEvent && (i == 0 || i == live.Count - 1)))
                    continue;
                cut[i] = true;
                surplus--;
            }
        }

        return [.. live.Where((_, i) => !cut[i])];
    }
}
