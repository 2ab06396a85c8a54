namespace TrackHub.Matching.Windows;

/// <summary>Where a search finds windows: Redis, or for a shadow replay what it read from the log.</summary>
internal interface IWindowReader
{
    /// <summary>The members of these windows in their order; a window that is not there has none.</summary>
    Task<IReadOnlyList<IReadOnlyList<WindowMember>>> ReadAsync(IReadOnlyList<WindowKey> windows, CancellationToken cancellationToken);

    /// <summary>Which of these identities are among the first <see cref="WindowStore.MaxIdentities"/> that their sessions gave, in the order asked.</summary>
    /// <param name="asked">Keys of sessions' identities (<see cref="WindowKeys.Identities"/>), and the identity as <see cref="WindowKeys.Held"/> has it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<bool>> AreHeldAsync(IReadOnlyList<(WindowKey Session, byte[] Identity)> asked, CancellationToken cancellationToken);
}
