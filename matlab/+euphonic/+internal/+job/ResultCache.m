classdef ResultCache < handle
    %RESULTCACHE   Results of a model that are kept because fits ask for the same q-points again and again.
    %   What is kept is not scaled, so that fits of scale factors find it. Points that come again get a name, by which
    %   the daemon, too, may remember them. What was not used for the longest time makes room for what is new.
    properties
        limit  % bytes; 0: nothing is kept
    end
    properties (SetAccess = private)
        hits = 0
        bytes = 0
    end
    properties (Access = private)
        % Of each list of points a struct with points, place, sample, name, in_daemon, bytes, and results: a cell of
        % structs with plan, evaluation, bytes. What was used last comes last.
        lists = {}
        found = false  % whether the last of them is that of the latest FIND or KEEP
    end
    properties (Constant, Access = private)
        max_results = 8  % of one list: more than a step of a fit compares
    end
    methods

        function self = ResultCache(limit)
            self.limit = limit;
        end

        function evaluation = find(self, plan, points)
            %FIND   The evaluation for the same PLAN (anything isequaln compares) and POINTS (cell of columns), or [].
            %   The field place of PLAN, if it has one, says how the points that are calculated are made of POINTS.
            evaluation = [];
            self.found = self.look_up(plan, points);
            if ~self.found
                return
            end
            results = self.lists{end}.results;
            for i = numel(results):-1:1
                if isequaln(results{i}.plan, plan)
                    evaluation = results{i}.evaluation;
                    self.hits = self.hits + 1;
                    self.lists{end}.results = [results([1:i - 1, i + 1:end]), results(i)];
                    return
                end
            end
        end

        function keep(self, plan, points, evaluation)
            %KEEP   Remember an evaluation of what FIND did not find, unless it alone is over the limit.
            %   EVALUATION: a struct of arrays, and of cells of equally long ones.
            needed = 0;
            for part = struct2cell(evaluation).'
                needed = needed + bytes_of(part{1});
            end
            if needed + bytes_of(points) > self.limit
                return
            end
            if ~self.found
                self.shrink_to(self.limit - needed - bytes_of(points));
                self.lists{end + 1} = struct('points', {points}, 'place', {place_of(plan)}, ...
                    'sample', euphonic.internal.job.sample_of(points), 'name', '', 'in_daemon', false, ...
                    'bytes', bytes_of(points), 'results', {{}});
                self.bytes = self.bytes + bytes_of(points);
                self.found = true;
            elseif numel(self.lists{end}.results) == self.max_results
                self.forget_result(numel(self.lists));
            end
            self.shrink_to(self.limit - needed);
            self.lists{end}.results{end + 1} = struct('plan', plan, 'evaluation', evaluation, 'bytes', needed);
            self.bytes = self.bytes + needed;
        end

        function [name, in_daemon] = name_of_points(self)
            %NAME_OF_POINTS   Of those that FIND was last called with: '' where they have not come before.
            %   IN_DAEMON: whether the daemon has said that it remembers them.
            name = '';
            in_daemon = false;
            if self.found
                if isempty(self.lists{end}.name)
                    self.lists{end}.name = new_name();
                end
                name = self.lists{end}.name;
                in_daemon = self.lists{end}.in_daemon;
            end
        end

        function note_kept(self, in_daemon)
            %NOTE_KEPT   What the daemon said of the points that FIND was last called with.
            if self.found
                self.lists{end}.in_daemon = in_daemon;
            end
        end

        function clear(self)
            %CLEAR   Forget everything.
            self.lists = {};
            self.found = false;
            self.bytes = 0;
        end

        function set.limit(self, bytes)
            self.limit = bytes;
            self.forget();
        end

    end
    methods (Access = private)

        function is_there = look_up(self, plan, points)
            % Makes the list of these points the last one.
            is_there = false;
            if isempty(self.lists)
                return
            end
            sample = euphonic.internal.job.sample_of(points);
            for i = numel(self.lists):-1:1
                list = self.lists{i};
                if isequal(list.sample, sample) && isequaln(list.place, place_of(plan)) && ...
                        isequal(list.points, points)
                    self.lists = [self.lists([1:i - 1, i + 1:end]), {list}];
                    is_there = true;
                    return
                end
            end
        end

        function forget(self)
            % What is beyond a new limit
            self.found = false;
            self.shrink_to(self.limit);
        end

        function shrink_to(self, bytes)
            while self.bytes > bytes
                used_now = self.found && numel(self.lists) == 1;
                if used_now && isempty(self.lists{1}.results)
                    return
                elseif ~isempty(self.lists{1}.results)
                    self.forget_result(1);
                end
                if ~used_now && isempty(self.lists{1}.results)
                    self.bytes = self.bytes - self.lists{1}.bytes;
                    self.lists(1) = [];
                end
            end
        end

        function forget_result(self, i)
            self.bytes = self.bytes - self.lists{i}.results{1}.bytes;
            self.lists{i}.results(1) = [];
        end

    end
end

function n = bytes_of(value)
    % of an array, or of a cell of equally long ones
    n = 8 * numel(value);
    if iscell(value) && n > 0
        n = n * numel(value{1});
    end
end

function place = place_of(plan)
    place = [];
    if isfield(plan, 'place')
        place = plan.place;
    end
end

function name = new_name()
    % One that no other points of this process have, even after its functions were cleared
    persistent count
    if isempty(count)
        count = 0;
    end
    count = count + 1;
    name = sprintf('%.0f-%d', double(tic()), count);
end
