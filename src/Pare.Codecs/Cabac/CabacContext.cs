using System.Runtime.CompilerServices;

namespace Pare.Codecs;

/// <summary>A probability that is learned twice, quickly and slowly; the estimate is the mean of both (ISO 15938-17; 15 bits).</summary>
internal struct CabacContext
{
    private ushort _fast;
    private ushort _slow;

    public CabacContext(int one)
    {
        _fast = _slow = (ushort)one;
    }

    /// <summary>Probability of 1 in 32,768ths, 16 to 32,752.</summary>
    public readonly uint One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (uint)Math.Clamp((_fast + _slow) >> 1, 16, 32752);
    }

    /// <summary>Moves both estimates towards what was seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Learn(int bit, int fast, int slow)
    {
        int target = bit << 15;
        _fast = (ushort)(_fast + ((target - _fast) >> fast));
        _slow = (ushort)(_slow + ((target - _slow) >> slow));
    }
}
