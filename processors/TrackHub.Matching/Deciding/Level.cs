namespace TrackHub.Matching.Deciding;

/// <summary>
/// One outcome of comparing a feature of sale and visitor, after Fellegi and Sunter, "A Theory for Record Linkage" (1969): how often it
/// is seen where the visitor is the buyer (<paramref name="M"/>) and where he is not (<paramref name="U"/>).
/// </summary>
/// <param name="Name">Name in evidence.</param>
/// <param name="M">Share among buyers, 0 to 1.</param>
/// <param name="U">Share among the other visitors of the same address or its neighbourhood, 0 to 1.</param>
internal readonly record struct Level(string Name, double M, double U)
{
    /// <summary>What the outcome adds to the log-odds, in nats: above 0 it speaks for the visitor, below against.</summary>
    public double Weight => Math.Log(M / U);

    /// <summary>The weight of an agreement where the share among the others is better known than by <see cref="U"/>: a rare value says more.</summary>
    public double WeightAmong(double share) => Math.Max(0, Math.Log(M / share));
}
