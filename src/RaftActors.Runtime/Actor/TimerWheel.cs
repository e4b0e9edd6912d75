using System.Numerics;

namespace Akka.Actor;

/// <summary>
/// A hierarchical timing wheel (Varghese and Lauck): adding and removing take constant time whatever is pending. The first wheel has a slot for each of the next ticks; a slot of
/// the wheels above it holds what is due in a longer stretch, and is dealt out to the wheel below when that stretch begins. Bit sets of the slots in use tell when the next
/// thing happens, so that nobody has to look every tick.
/// </summary>
internal sealed class TimerWheel
{
    private const int FirstBits = 8;
    private const int HigherBits = 6;
    private const int HigherWheels = 4;
    private const int FirstSlots = 1 << FirstBits;
    private const int HigherSlots = 1 << HigherBits;

    private readonly (ScheduledWork? First, ScheduledWork? Last)[] _slots = new (ScheduledWork?, ScheduledWork?)[FirstSlots + (HigherWheels * HigherSlots)];
    private readonly ulong[] _used = new ulong[(FirstSlots / 64) + HigherWheels];
    private readonly Lock _lock = new();

    /// <summary>Everything up to this tick is done.</summary>
    private long _now;

    public Lock Sync => _lock;

    /// <summary>At the earliest the tick after the present one. Hold <see cref="Sync"/>.</summary>
    public void Add(ScheduledWork work, long deadline)
    {
        work.Deadline = Math.Max(deadline, _now + 1);
        Place(work);
    }

    public void Remove(ScheduledWork work)
    {
        lock (_lock)
        {
            work.Removed = true;
            if (work.Slot >= 0)
                Unlink(work);
        }
    }

    /// <summary>The next tick at which there is something to do, if only to deal out a slot; null if nothing is pending. Hold <see cref="Sync"/>.</summary>
    public long? NextTick()
    {
        long? next = null;
        var inFirst = NextUsed(0, FirstSlots / 64, (int)((_now + 1) & (FirstSlots - 1)), FirstSlots);
        if (inFirst >= 0)
            next = _now + 1 + inFirst;
        for (var wheel = 0; wheel < HigherWheels; wheel++)
        {
            var shift = FirstBits + (wheel * HigherBits);
            var stretch = _now >> shift;
            var ahead = NextUsed((FirstSlots / 64) + wheel, 1, (int)((stretch + 1) & (HigherSlots - 1)), HigherSlots);
            if (ahead >= 0)
                next = Math.Min(next ?? long.MaxValue, (stretch + 1 + ahead) << shift);
        }
        return next;
    }

    /// <summary>Moves the present on to a tick that <see cref="NextTick"/> answered and takes out what is due then. Hold <see cref="Sync"/>.</summary>
    public void Advance(long tick, List<ScheduledWork> due)
    {
        _now = tick;
        for (var wheel = HigherWheels - 1; wheel >= 0; wheel--)
        {
            var shift = FirstBits + (wheel * HigherBits);
            if ((tick & ((1L << shift) - 1)) == 0)
                DealOut(HigherSlot(wheel, tick >> shift));
        }
        var slot = (int)(tick & (FirstSlots - 1));
        while (_slots[slot].First is { } work)
        {
            Unlink(work);
            due.Add(work);
        }
    }

    /// <summary>Takes out everything, in no order. Hold <see cref="Sync"/>.</summary>
    public void TakeAll(List<ScheduledWork> all)
    {
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            while (_slots[slot].First is { } work)
            {
                Unlink(work);
                all.Add(work);
            }
        }
    }

    /// <summary>Nothing happens up to this tick. Hold <see cref="Sync"/>.</summary>
    public void Skip(long tick) => _now = Math.Max(_now, tick);

    private static int HigherSlot(int wheel, long stretch) => FirstSlots + (wheel * HigherSlots) + (int)(stretch & (HigherSlots - 1));

    private void DealOut(int slot)
    {
        while (_slots[slot].First is { } work)
        {
            Unlink(work);
            Place(work);
        }
    }

    private void Place(ScheduledWork work)
    {
        var ahead = work.Deadline - _now;
        if (ahead < FirstSlots)
        {
            Link(work, (int)(work.Deadline & (FirstSlots - 1)));
            return;
        }
        for (var wheel = 0; wheel < HigherWheels; wheel++)
        {
            var shift = FirstBits + (wheel * HigherBits);
            if (ahead < 1L << (shift + HigherBits))
            {
                Link(work, HigherSlot(wheel, work.Deadline >> shift));
                return;
            }
        }
        // Further off than the last wheel reaches: it is placed anew when the last slot is dealt out.
        const int LastShift = FirstBits + ((HigherWheels - 1) * HigherBits);
        Link(work, HigherSlot(HigherWheels - 1, (_now >> LastShift) + HigherSlots - 1));
    }

    private void Link(ScheduledWork work, int slot)
    {
        ref var list = ref _slots[slot];
        work.Slot = slot;
        work.Previous = list.Last;
        work.Next = null;
        if (list.Last is null)
            list.First = work;
        else
            list.Last.Next = work;
        list.Last = work;
        _used[slot >> 6] |= 1UL << (slot & 63);
    }

    private void Unlink(ScheduledWork work)
    {
        ref var list = ref _slots[work.Slot];
        if (work.Previous is null)
            list.First = work.Next;
        else
            work.Previous.Next = work.Next;
        if (work.Next is null)
            list.Last = work.Previous;
        else
            work.Next.Previous = work.Previous;
        if (list.First is null)
            _used[work.Slot >> 6] &= ~(1UL << (work.Slot & 63));
        work.Previous = work.Next = null;
        work.Slot = -1;
    }

    /// <summary>How far ahead of a slot, around the wheel, the first one in use is; -1 if none is.</summary>
    private int NextUsed(int firstWord, int words, int from, int slots)
    {
        for (var ahead = 0; ahead < slots;)
        {
            var slot = (from + ahead) & (slots - 1);
            var rest = _used[firstWord + ((slot >> 6) & (words - 1))] >> (slot & 63);
            if (rest != 0)
            {
                var found = ahead + BitOperations.TrailingZeroCount(rest);
                return found < slots ? found : -1;
            }
            ahead += 64 - (slot & 63);
        }
        return -1;
    }
}
